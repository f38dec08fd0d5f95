"""The UDP receiver of a textbook: binds, then shows who sent what until "exit"."""
import sys
from socket import *

encoding = sys.argv[1]
udp_socket = socket(AF_INET, SOCK_DGRAM)
udp_socket.bind(("", 0))
print(udp_socket.getsockname()[1])
while True:
    recv_msg, recv_addr = udp_socket.recvfrom(1024)
    text = recv_msg.decode(encoding)
    print(f"{recv_addr[0]}:{recv_addr[1]} {text}")
    if text == "exit":
        break
udp_socket.close()
