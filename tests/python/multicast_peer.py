"""A member of a group on loopback: prints what it hears and answers the whole group, until "exit"."""
import socket
import sys

group, port = sys.argv[1], int(sys.argv[2])
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
peer.bind((group, port))
loopback = socket.inet_aton("127.0.0.1")
peer.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + loopback)
peer.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, loopback)
print("joined")
while True:
    data, sender = peer.recvfrom(1024)
    if data.startswith(b"answer "):
        continue
    print(f"{sender[0]}:{sender[1]} {data.decode()}")
    peer.sendto(b"answer " + data, (group, port))
    if data == b"exit":
        break
