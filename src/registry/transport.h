/* One HTTP exchange with one host: connections that are kept, certificates, and what of an answer a
 * registry's client needs. Redirections, authentication and second tries are the caller's.
 *
 * Certificates, as Docker and Podman have them: --ca-file, SSL_CERT_FILE, and of a folder of the
 * host's name ("HOST" or "HOST:PORT") in /etc/docker/certs.d, /etc/containers/certs.d or
 * ~/.config/containers/certs.d: *.crt are authorities, *.cert with *.key the client's own. All are
 * trusted beside the system's. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

struct transport_options {
    const char *ca_file;        /* PEM; NULL: none */
    const char *cert_dir;       /* in the place of the certs.d folders; NULL: none */
    const struct str *insecure; /* "HOST[:PORT]" whose certificate is not checked */
    size_t insecure_count;
};

struct transport;
struct transport *transport_new(const struct transport_options *options);
void transport_free(struct transport *transport);
bool transport_is_insecure(const struct transport *transport, struct str host);

struct exchange;
struct exchange_request {
    const char *method;
    struct str url;            /* http or https */
    struct str authorization;  /* value of the header; empty: none */
    const struct str *headers; /* "Name: value" */
    size_t header_count;
    struct str body; /* of POST and PUT */
    int body_fd;     /* with body_size > 0: the body in its place, from body_offset on */
    uint64_t body_offset, body_size;
    /* Takes the bytes of an answer 200 or 206 as they come; a negative return ends the exchange.
     * NULL: they are gathered in exchange.body, at most `max_body`. Other answers always are, cut
     * off at 64 KiB. */
    int (*take)(void *context, struct exchange *exchange, struct str bytes, struct pl_err *err);
    void *context;
    uint64_t max_body;     /* 0: 64 KiB */
    unsigned idle_seconds; /* how long nothing may come; 0: 60 */
};

/* An answer. Zeroed before, exchange_free() after. */
struct exchange {
    struct arena arena;
    long status;
    struct buf body;
    VEC(struct str) challenges; /* WWW-Authenticate */
    struct str content_type, link, location, retry_after, digest, subject, redirect;
    uint64_t range_start; /* of Content-Range; UINT64_MAX: not told */
    uint64_t length;      /* of Content-Length; UINT64_MAX: not told */
    bool no_tls;          /* with PL_E_IO: the server does not speak TLS */
    bool unreachable;     /* with PL_E_IO: it is not there */
    bool untrusted; /* with PL_E_IO: its certificate is not trusted, expired or of another name */
    bool stopped;   /* `take` said so */
    uint64_t received; /* bytes of the body */
};
void exchange_free(struct exchange *exchange);
#define AUTO_EXCHANGE CLEANUP(exchange_free) struct exchange

/* PL_E_IO when there is no whole answer, with why; what `take` returned when it ended it. An answer
 * of any status is 0. Several threads may call at once. */
int transport_perform(struct transport *transport, const struct exchange_request *request,
                      struct exchange *ret_exchange, struct pl_err *err);

/* "https://host:1/x" -> "host:1", with the port only where it is told. */
struct str url_host(struct str url);
/* Same scheme, host and port. */
bool url_same_origin(struct str a, struct str b);
