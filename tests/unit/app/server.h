/* An HTTP server of one thread on a free port of the loopback interface, for tests of downloads:
 * one file with an ETag, ranges, and tricks. */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

struct server {
    int socket;
    unsigned port;
    pthread_t thread;
    /* what it serves, changed between requests by the test */
    const char *body, *etag, *extra_header;
    size_t break_after; /* bytes of a body after which the connection ends; 0: none */
    int status;         /* instead of the file; 0: the file */
    /* what it saw */
    _Atomic int requests, ranges, unchanged;
};

static inline void server_answer(struct server *server, int client, const char *request)
{
    char head[1024], match[256];
    size_t len = strlen(server->body), from = 0;
    const char *range = strstr(request, "Range: bytes="), *if_range = strstr(request, "If-Range: ");
    int status = 200;
    server->requests++;
    snprintf(match, sizeof(match), "If-None-Match: %s\r\n", server->etag);
    if (server->status) {
        dprintf(client, "HTTP/1.1 %d X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                server->status);
        return;
    }
    if (strstr(request, match)) {
        server->unchanged++;
        dprintf(client, "HTTP/1.1 304 Not Modified\r\nETag: %s\r\nConnection: close\r\n\r\n",
                server->etag);
        return;
    }
    if (range && if_range && strncmp(if_range + 10, server->etag, strlen(server->etag)) == 0) {
        from = strtoul(range + 13, NULL, 10);
        server->ranges++;
        status = 206;
    }
    int n = snprintf(head, sizeof(head),
                     "HTTP/1.1 %d OK\r\nContent-Length: %zu\r\nETag: %s\r\n%sConnection: close\r\n",
                     status, len - from, server->etag,
                     server->extra_header ? server->extra_header : "");
    dprintf(client, "%.*s", n, head);
    if (status == 206)
        dprintf(client, "Content-Range: bytes %zu-%zu/%zu\r\n", from, len - 1, len);
    dprintf(client, "\r\n");
    size_t count = len - from;
    if (server->break_after && server->break_after < count)
        count = server->break_after;
    if (write(client, server->body + from, count) < 0)
        perror("write");
}

static inline void *server_run(void *context)
{
    struct server *server = context;
    for (;;) {
        char request[8192];
        size_t len = 0;
        int client = accept(server->socket, NULL, NULL);
        if (client < 0)
            return NULL;
        while (len + 1 < sizeof(request)) {
            ssize_t got = read(client, request + len, sizeof(request) - 1 - len);
            if (got <= 0)
                break;
            len += (size_t)got;
            request[len] = '\0';
            if (strstr(request, "\r\n\r\n"))
                break;
        }
        if (len)
            server_answer(server, client, request);
        shutdown(client, SHUT_WR);
        close(client);
    }
}

static inline void server_start(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    server->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server->socket, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(server->socket, 16) < 0 ||
        getsockname(server->socket, (struct sockaddr *)&address, &len) < 0) {
        perror("server");
        exit(1);
    }
    server->port = ntohs(address.sin_port);
    pthread_create(&server->thread, NULL, server_run, server);
}

static inline void server_stop(struct server *server)
{
    shutdown(server->socket, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->socket);
}
