#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* The functions are not static: a program that does not need all of them compiles without a warning. */

enum { TIME_LIMIT_MS = 10000 /* that one call may wait */ };

struct address {
    struct sockaddr_storage bytes;
    socklen_t length;
};

/* What the kernel has not taken yet, oldest first. */
struct part {
    int sock;
    int flags;
    char *bytes;
    size_t length;
    size_t taken;
    struct part *next;
};

long long event; /* the number of the log's event that is made again */
struct part *unsent;
char directory[80]; /* where the names of Unix sockets are */
int directory_is_given;
char **arguments;

void at(long long number) {
    event = number;
}

__attribute__((format(printf, 1, 2))) void say(const char *format, ...) {
    va_list values;
    printf("[%lld] ", event);
    va_start(values, format);
    vprintf(format, values);
    va_end(values);
    printf("\n");
    fflush(stdout);
}

void remove_directory(void) {
    if (directory[0] == '\0' || directory_is_given)
        return;
    DIR *list = opendir(directory);
    for (struct dirent *file; list != NULL && (file = readdir(list)) != NULL;)
        unlinkat(dirfd(list), file->d_name, 0);
    if (list != NULL)
        closedir(list);
    rmdir(directory);
}

_Noreturn void stop(const char *text) {
    say("%s", text);
    remove_directory();
    exit(1);
}

/* Ends the program where a call fails that did not fail in the session. */
int must(const char *call, int result) {
    if (result < 0) {
        say("%s: %s", call, strerror(errno));
        remove_directory();
        exit(1);
    }
    return result;
}

long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Bytes as one can print them. */
const char *shown(const char *bytes, size_t length) {
    static char text[64 * 4 + 1];
    char *end = text;
    for (size_t i = 0; i < length && i < 64; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        end += sprintf(end, byte >= 0x20 && byte < 0x7f && byte != '\\' ? "%c" : "\\x%02x", byte);
    }
    *end = '\0';
    return text;
}

const char *name_of(const struct address *address) {
    static char text[INET6_ADDRSTRLEN + 16];
    char host[INET6_ADDRSTRLEN];
    if (address->bytes.ss_family == AF_INET) {
        const struct sockaddr_in *inet = (const struct sockaddr_in *)&address->bytes;
        inet_ntop(AF_INET, &inet->sin_addr, host, sizeof host);
        snprintf(text, sizeof text, "%s:%d", host, ntohs(inet->sin_port));
    } else if (address->bytes.ss_family == AF_INET6) {
        const struct sockaddr_in6 *inet = (const struct sockaddr_in6 *)&address->bytes;
        inet_ntop(AF_INET6, &inet->sin6_addr, host, sizeof host);
        snprintf(text, sizeof text, "[%s]:%d", host, ntohs(inet->sin6_port));
    } else {
        snprintf(text, sizeof text, "a Unix socket");
    }
    return text;
}

struct address inet(const char *host, int port) {
    struct address address = {.length = sizeof(struct sockaddr_in)};
    struct sockaddr_in *inet = (struct sockaddr_in *)&address.bytes;
    inet->sin_family = AF_INET;
    inet->sin_port = htons((uint16_t)port);
    inet_pton(AF_INET, host, &inet->sin_addr);
    return address;
}

struct address inet6(const char *host, int port) {
    struct address address = {.length = sizeof(struct sockaddr_in6)};
    struct sockaddr_in6 *inet = (struct sockaddr_in6 *)&address.bytes;
    inet->sin6_family = AF_INET6;
    inet->sin6_port = htons((uint16_t)port);
    inet_pton(AF_INET6, host, &inet->sin6_addr);
    return address;
}

void need_directory(void) {
    if (directory[0] != '\0')
        return;
    if (arguments[0] != NULL && arguments[1] != NULL) {
        directory_is_given = 1;
        if (strlen(arguments[1]) >= sizeof directory)
            stop("the name of the directory is too long for a Unix socket");
        snprintf(directory, sizeof directory, "%s", arguments[1]);
    } else {
        snprintf(directory, sizeof directory, "/tmp/sockyard-XXXXXX");
        if (mkdtemp(directory) == NULL)
            must("mkdtemp", -1);
    }
    say("Unix sockets are in %s", directory);
}

/* The path of a Unix socket. */
struct address file(const char *name) {
    need_directory();
    struct address address = {.length = sizeof(struct sockaddr_un)};
    struct sockaddr_un *local = (struct sockaddr_un *)&address.bytes;
    local->sun_family = AF_UNIX;
    int length = snprintf(local->sun_path, sizeof local->sun_path, "%s/%s", directory, name);
    if (length < 0 || (size_t)length >= sizeof local->sun_path)
        stop("the path is too long for a Unix socket");
    return address;
}

/* A name in the abstract namespace that no other program has. */
struct address abstract(const char *name) {
    struct address address = {.length = 0};
    struct sockaddr_un *local = (struct sockaddr_un *)&address.bytes;
    local->sun_family = AF_UNIX;
    int length =
        snprintf(local->sun_path + 1, sizeof local->sun_path - 1, "sockyard-%ld/%s", (long)getpid(), name);
    address.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    return address;
}

struct address own_address(int sock) {
    struct address address = {.length = sizeof(struct sockaddr_storage)};
    must("getsockname", getsockname(sock, (struct sockaddr *)&address.bytes, &address.length));
    return address;
}

int own_port(int sock) {
    struct address address = own_address(sock);
    if (address.bytes.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address.bytes)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address.bytes)->sin_port);
}

/* Whether a socket has bytes to send that came before this part. */
int is_behind(const struct part *part) {
    for (const struct part *earlier = unsent; earlier != part; earlier = earlier->next)
        if (earlier->sock == part->sock)
            return 1;
    return 0;
}

/* Hands to the kernel what it could not take before. */
void send_more(void) {
    for (struct part **link = &unsent; *link != NULL;) {
        struct part *part = *link;
        if (!is_behind(part)) {
            ssize_t taken = send(part->sock, part->bytes + part->taken, part->length - part->taken,
                                 part->flags | MSG_NOSIGNAL);
            if (taken < 0 && errno != EAGAIN)
                must("send", -1);
            if (taken > 0)
                part->taken += (size_t)taken;
            if (part->taken == part->length) {
                *link = part->next;
                free(part->bytes);
                free(part);
                continue;
            }
        }
        link = &part->next;
    }
}

/* Waits until the kernel has news of a socket, and sends what others could not send before. */
int wait_for(int sock, short reason, long long limit) {
    struct pollfd watched[256] = {{.fd = sock, .events = reason, .revents = 0}};
    nfds_t count = 1;
    for (struct part *part = unsent; part != NULL && count < 256; part = part->next)
        if (!is_behind(part))
            watched[count++] = (struct pollfd){.fd = part->sock, .events = POLLOUT, .revents = 0};
    long long left = limit - now_ms();
    if (left <= 0 || poll(watched, count, (int)left) == 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    send_more();
    return 0;
}

long long deadline(void) {
    return now_ms() + TIME_LIMIT_MS;
}

int has_unsent(int sock) {
    const struct part *part = unsent;
    while (part != NULL && part->sock != sock)
        part = part->next;
    return part != NULL;
}

/* Waits until the kernel has taken all that a socket sends. */
void send_rest(int sock) {
    for (long long limit = deadline(); has_unsent(sock);)
        must("send", wait_for(sock, POLLOUT, limit));
}

void non_blocking(int sock) {
    must("fcntl", fcntl(sock, F_SETFL, fcntl(sock, F_GETFL) | O_NONBLOCK));
}

/* A socket whose calls return at once; the functions below do the waiting. */
int create(int family, int type) {
    int sock = must("socket", socket(family, type, 0));
    non_blocking(sock);
    return sock;
}

int try_bind(int sock, struct address address) {
    return bind(sock, (struct sockaddr *)&address.bytes, address.length);
}

void bind_to(int sock, struct address address) {
    must("bind", try_bind(sock, address));
    struct address local = own_address(sock);
    say("bound to %s", name_of(&local));
}

void listen_on(int sock, int backlog) {
    must("listen", listen(sock, backlog));
    struct address local = own_address(sock);
    say("listens on %s", name_of(&local));
}

int try_accept(int sock) {
    for (long long limit = deadline();;) {
        int connection = accept(sock, NULL, NULL);
        if (connection >= 0 || errno != EAGAIN || wait_for(sock, POLLIN, limit) < 0)
            return connection;
    }
}

int accept_one(int sock) {
    int connection = must("accept", try_accept(sock));
    non_blocking(connection);
    say("accepted a connection");
    return connection;
}

int try_connect(int sock, struct address address) {
    int begun = 0;
    for (long long limit = deadline();;) {
        if (connect(sock, (struct sockaddr *)&address.bytes, address.length) == 0)
            return 0;
        /* The connection that was begun before stands now. */
        if (begun && errno == EISCONN)
            return 0;
        if (errno != EINPROGRESS && errno != EALREADY && errno != EAGAIN)
            return -1;
        begun = 1;
        if (wait_for(sock, POLLOUT, limit) < 0)
            return -1;
    }
}

void connect_to(int sock, struct address address) {
    must("connect", try_connect(sock, address));
    say("connected to %s", name_of(&address));
}

/* Sends known bytes and after them zeros for those that the log did not keep. */
void send_padded(int sock, const char *bytes, size_t known, size_t unknown, int flags) {
    struct part *part = calloc(1, sizeof *part);
    char *copy = calloc(known + unknown + 1, 1);
    if (part == NULL || copy == NULL)
        stop("out of memory");
    memcpy(copy, bytes, known);
    *part = (struct part){.sock = sock, .flags = flags, .bytes = copy, .length = known + unknown};
    struct part **last = &unsent;
    while (*last != NULL)
        last = &(*last)->next;
    *last = part;
    send_more();
    say("sent %zu bytes", known + unknown);
}

void send_bytes(int sock, const char *bytes, size_t length) {
    send_padded(sock, bytes, length, 0, 0);
}

char *room(size_t size) {
    char *bytes = calloc(size + 1, 1);
    if (bytes == NULL)
        stop("out of memory");
    return bytes;
}

void send_datagram_at(int sock, const char *bytes, size_t length, const struct address *address) {
    const struct sockaddr *to = address == NULL ? NULL : (const struct sockaddr *)&address->bytes;
    for (long long limit = deadline();;) {
        if (sendto(sock, bytes, length, MSG_NOSIGNAL, to, address == NULL ? 0 : address->length) >= 0)
            break;
        must("send", errno == EAGAIN ? wait_for(sock, POLLOUT, limit) : -1);
    }
    say("sent %zu bytes", length);
}

/* Sends to the socket's peer. */
void send_datagram(int sock, const char *bytes, size_t known, size_t unknown) {
    char *copy = room(known + unknown);
    memcpy(copy, bytes, known);
    send_datagram_at(sock, copy, known + unknown, NULL);
    free(copy);
}

void send_datagram_to(int sock, const char *bytes, size_t known, size_t unknown, struct address to) {
    char *copy = room(known + unknown);
    memcpy(copy, bytes, known);
    send_datagram_at(sock, copy, known + unknown, &to);
    free(copy);
}

/* The same byte over and over. */
char *repeated(char byte, size_t count) {
    char *bytes = room(count);
    memset(bytes, byte, count);
    return bytes;
}

ssize_t try_receive(int sock, char *bytes, size_t size, int flags, struct address *from) {
    for (long long limit = deadline();;) {
        struct address sender = {.length = sizeof(struct sockaddr_storage)};
        ssize_t length = recvfrom(sock, bytes, size, flags, (struct sockaddr *)&sender.bytes, &sender.length);
        if (from != NULL)
            *from = sender;
        if (length >= 0 || errno != EAGAIN || wait_for(sock, POLLIN, limit) < 0)
            return length;
    }
}

/* Receives so many bytes of a stream, in however many pieces they come. */
void receive(int sock, size_t count) {
    char *bytes = room(count);
    for (size_t have = 0; have < count;) {
        ssize_t part = try_receive(sock, bytes + have, count - have, 0, NULL);
        if (must("recv", part < 0 ? -1 : 0) == 0 && part == 0) {
            say("the peer has closed after %zu of %zu bytes", have, count);
            stop("it sent more in the session");
        }
        have += (size_t)part;
    }
    say("received %zu bytes: %s", count, shown(bytes, count));
    free(bytes);
}

/* Receives the end of a stream. */
void receive_end(int sock) {
    char bytes[65536];
    size_t more = 0;
    for (;;) {
        ssize_t part = try_receive(sock, bytes, sizeof bytes, 0, NULL);
        must("recv", part < 0 ? -1 : 0);
        if (part == 0)
            break;
        more += (size_t)part;
    }
    if (more > 0)
        say("the peer has closed, after %zu bytes more", more);
    else
        say("the peer has closed");
}

void receive_urgent(int sock) {
    char byte;
    for (long long limit = deadline();;) {
        if (recv(sock, &byte, 1, MSG_OOB) == 1)
            break;
        /* EINVAL: no urgent byte has been announced yet. */
        if (errno != EINVAL && errno != EAGAIN)
            must("recv", -1);
        must("recv", wait_for(sock, POLLPRI, limit));
    }
    say("received urgent data: %s", shown(&byte, 1));
}

void peek(int sock, size_t count) {
    char *bytes = room(count);
    ssize_t length = try_receive(sock, bytes, count, MSG_PEEK, NULL);
    must("recv", length < 0 ? -1 : 0);
    say("peeked at %zd bytes: %s", length, shown(bytes, (size_t)length));
    free(bytes);
}

struct address receive_datagram(int sock, size_t size, int flags) {
    char *bytes = room(size);
    struct address sender;
    ssize_t length = try_receive(sock, bytes, size, flags, &sender);
    must("recvfrom", length < 0 ? -1 : 0);
    say("received %zd bytes from %s: %s", length, name_of(&sender), shown(bytes, (size_t)length));
    free(bytes);
    return sender;
}

void shut_down(int sock, int how) {
    if (how != SHUT_RD)
        send_rest(sock);
    must("shutdown", shutdown(sock, how));
    say("shut down");
}

int try_set_option(int sock, int level, int option, int value) {
    return setsockopt(sock, level, option, &value, sizeof value);
}

int try_set_linger(int sock, int on, int seconds) {
    struct linger value = {.l_onoff = on, .l_linger = seconds};
    return setsockopt(sock, SOL_SOCKET, SO_LINGER, &value, sizeof value);
}

int try_get_option(int sock, int level, int option) {
    char value[8];
    socklen_t length = sizeof value;
    return getsockopt(sock, level, option, value, &length);
}

void close_it(int sock) {
    send_rest(sock);
    must("close", close(sock));
    say("closed");
}

/* The file of a Unix socket goes with the socket that was bound to it. */
void remove_file(const char *name) {
    struct address address = file(name);
    must("unlink", unlink(((struct sockaddr_un *)&address.bytes)->sun_path));
}

/* Tells how a call has ended that failed in the session. */
void expect(int number, const char *name, long result) {
    int now = errno;
    if (result >= 0)
        say("no error; in the session it was %s", name);
    else if (now == number)
        say("%s, as in the session", name);
    else
        say("%s; in the session it was %s", strerror(now), name);
}

/* A send that is to fail; `late` waits a moment for the peer's part in that. */
long send_once(int sock, size_t count, int flags, int late) {
    char *bytes = calloc(count + 1, 1);
    struct pollfd watched = {.fd = sock, .events = 0, .revents = 0};
    if (bytes == NULL)
        stop("out of memory");
    if (late)
        poll(&watched, 1, 1000);
    ssize_t sent = send(sock, bytes, count, flags | MSG_NOSIGNAL);
    int number = errno;
    free(bytes);
    errno = number;
    return sent;
}

long send_to_once(int sock, size_t count, struct address address) {
    char *bytes = calloc(count + 1, 1);
    if (bytes == NULL)
        stop("out of memory");
    ssize_t sent =
        sendto(sock, bytes, count, MSG_NOSIGNAL, (const struct sockaddr *)&address.bytes, address.length);
    int number = errno;
    free(bytes);
    errno = number;
    return sent;
}

long receive_once(int sock, size_t size, int flags) {
    char *bytes = room(size);
    ssize_t length = flags == MSG_OOB ? recv(sock, bytes, size, flags) : try_receive(sock, bytes, size, flags, NULL);
    int number = errno;
    free(bytes);
    errno = number;
    return length;
}

void end(int sock) {
    if (sock >= 0)
        send_rest(sock);
}
