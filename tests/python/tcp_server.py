"""The TCP server of a textbook: one client after the other, each until it closes."""
import sys
import socket

encoding = sys.argv[1]
tcp_server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
tcp_server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
tcp_server_socket.bind(("", 0))
tcp_server_socket.listen(128)
print(tcp_server_socket.getsockname()[1])
for _ in range(2):
    client_socket, client_addr = tcp_server_socket.accept()
    print("connected")
    while True:
        recv_data = client_socket.recv(1024)
        if recv_data:
            print(recv_data.decode(encoding))
            client_socket.send("收到".encode(encoding))
        else:
            print("closed")
            break
    client_socket.close()
tcp_server_socket.close()
