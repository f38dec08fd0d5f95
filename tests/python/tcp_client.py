"""The TCP client of a textbook: connects, sends one text, shows one answer."""
import sys
import socket

encoding = sys.argv[3]
tcp_client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
tcp_client_socket.connect((sys.argv[1], int(sys.argv[2])))
tcp_client_socket.send(input().encode(encoding))
recv_data = tcp_client_socket.recv(1024)
print(recv_data.decode(encoding))
tcp_client_socket.close()
