"""The UDP sender of a textbook: asks where to, then sends each line until "exit"."""
from socket import *

udp_socket = socket(AF_INET, SOCK_DGRAM)
dest_ip = input("destination ip: ")
dest_port = int(input("destination port: "))
encoding = input("encoding: ")
while True:
    send_data = input("text: ")
    if send_data == "exit":
        break
    udp_socket.sendto(send_data.encode(encoding), (dest_ip, dest_port))
udp_socket.close()
