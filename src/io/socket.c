#include "io/socket.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

static void set_waits(int fd, unsigned seconds)
{
    struct timeval wait = {.tv_sec = (time_t)seconds};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
}

static int connect_unix(const char *path, unsigned seconds, struct pl_err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path))
        return err_set(err, PL_E_USAGE, "the path of the socket %s is too long", path);
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_errno(err, errno, "cannot connect to %s", path);
    set_waits(fd, seconds);
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    int error = errno;
    close(fd);
    return err_errno(err, error, "cannot connect to %s", path);
}

static int connect_tcp(const char *text, unsigned seconds, struct pl_err *err)
{
    struct str whole = str_of(text);
    size_t colon = str_last_index(whole, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    int fd = -1, error = 0;
    if (colon == SIZE_MAX || colon == 0 || colon + 1 == whole.len)
        return err_set(err, PL_E_USAGE,
                       "\"%s\" is no address: the path of a socket, or HOST:PORT, is needed", text);
    struct str host = str_first(whole, colon);
    if (host.data[0] == '[' && host.data[host.len - 1] == ']')
        host = str_make(host.data + 1, host.len - 2);
    AUTO_FREE char *name = str_dup(host);
    int r = getaddrinfo(name, text + colon + 1, &hints, &list);
    if (r != 0)
        return err_set(err, PL_E_IO, "cannot connect to %s: %s", text, gai_strerror(r));
    for (const struct addrinfo *one = list; one && fd < 0; one = one->ai_next) {
        fd = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
        if (fd < 0)
            continue;
        set_waits(fd, seconds);
        if (connect(fd, one->ai_addr, one->ai_addrlen) == 0)
            break;
        error = errno;
        close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    return fd >= 0 ? fd : err_errno(err, error, "cannot connect to %s", text);
}

int socket_connect(const char *address, unsigned seconds, struct pl_err *err)
{
    struct str text = str_of(address);
    if (str_starts(text, STR("unix://")))
        return connect_unix(address + 7, seconds, err);
    if (str_starts(text, STR("unix:")))
        return connect_unix(address + 5, seconds, err);
    if (str_starts(text, STR("/")) || str_starts(text, STR(".")))
        return connect_unix(address, seconds, err);
    return connect_tcp(str_starts(text, STR("tcp://")) ? address + 6 : address, seconds, err);
}

int socket_send(int fd, struct str bytes, struct pl_err *err)
{
    while (bytes.len) {
        ssize_t sent = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return err_errno(err, sent < 0 ? errno : EPIPE, "cannot send");
        bytes = str_from(bytes, (size_t)sent);
    }
    return 0;
}

int socket_receive(int fd, char end, size_t most, struct buf *ret_answer, struct pl_err *err)
{
    for (;;) {
        char byte[256];
        ssize_t got = recv(fd, byte, sizeof(byte), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, errno, "no answer");
        const char *at = got ? memchr(byte, end, (size_t)got) : NULL;
        buf_add(ret_answer, str_make(byte, at ? (size_t)(at - byte) : (size_t)got));
        if (ret_answer->len > most)
            return err_set(err, PL_E_FORMAT, "the answer is longer than %zu bytes", most);
        if (at || got == 0)
            return 0;
    }
}
