#include "registry/trust.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "io/whole_file.h"

struct trust {
    struct arena arena;
    struct str host;
    struct buf authorities; /* PEM; empty: the system's alone */
    struct str cert, key;   /* paths of the client's own */
};

void trust_free(struct trust *trust)
{
    buf_free(&trust->authorities);
    arena_free(&trust->arena);
    free(trust);
}

struct str trust_host(const struct trust *trust)
{
    return trust->host;
}

static int add_authorities(struct trust *trust, const char *path, struct pl_err *err)
{
    size_t before = trust->authorities.len;
    int r = whole_file_read(path, LIMIT_CERTIFICATES, LIMIT_NAME(LIMIT_CERTIFICATES),
                            &trust->authorities, err);
    if (r == 0 &&
        str_find(str_from(buf_str(&trust->authorities), before), STR("-----BEGIN ")) == SIZE_MAX)
        r = err_set(err, PL_E_FORMAT, "%s holds no certificate in PEM", path);
    if (r == 0)
        buf_putc(&trust->authorities, '\n');
    return r;
}

/* A certificate without its key, or a key without its certificate, is Docker's error, too. */
static int take_client(struct trust *trust, struct str folder, struct str name, struct pl_err *err)
{
    struct str stem = str_first(name, name.len - STR(".cert").len);
    trust->cert = arena_printf(&trust->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
    trust->key = arena_printf(&trust->arena, "%.*s/%.*s.key", STR_ARG(folder), STR_ARG(stem));
    if (access(trust->key.data, R_OK) != 0)
        return err_errno(err, errno, "the key %s of the client's certificate", trust->key.data);
    return 0;
}

static int read_folder(struct trust *trust, struct str folder, struct pl_err *err)
{
    DIR *dir = opendir(folder.data);
    int r = 0;
    if (!dir)
        return 0;
    for (struct dirent *entry; r == 0 && (entry = readdir(dir));) {
        struct str name = str_of(entry->d_name);
        if (str_ends(name, STR(".crt")))
            r = add_authorities(
                trust,
                arena_printf(&trust->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name)).data, err);
        else if (str_ends(name, STR(".cert")) && trust->cert.len == 0)
            r = take_client(trust, folder, name, err);
    }
    closedir(dir);
    return r;
}

static int read_folders(struct trust *trust, const char *cert_dir, struct pl_err *err)
{
    const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");
    struct arena *arena = &trust->arena;
    struct str own = config && *config
                         ? arena_printf(arena, "%s/containers", config)
                         : arena_printf(arena, "%s/.config/containers", home ? home : "");
    const struct str roots[] = {own, STR("/etc/containers"), STR("/etc/docker")};
    int r = 0;
    if (cert_dir)
        return access(cert_dir, R_OK | X_OK) == 0
                   ? read_folder(trust, str_of(cert_dir), err)
                   : err_errno(err, errno, "cannot open %s", cert_dir);
    if (str_index(trust->host, '/') != SIZE_MAX || str_starts(trust->host, STR(".")))
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(roots) && r == 0; i++)
        r = read_folder(
            trust,
            arena_printf(arena, "%.*s/certs.d/%.*s", STR_ARG(roots[i]), STR_ARG(trust->host)), err);
    return r;
}

int trust_read(struct str host, const char *ca_file, const char *cert_dir, const char *system,
               struct trust **ret_trust, struct pl_err *err)
{
    struct trust *trust = mem_zalloc(1, sizeof(*trust));
    const char *ssl_cert_file = getenv("SSL_CERT_FILE");
    trust->host = arena_str(&trust->arena, host);
    int r = read_folders(trust, cert_dir, err);
    if (r == 0 && ca_file)
        r = add_authorities(trust, ca_file, err);
    if (r == 0 && ssl_cert_file && *ssl_cert_file)
        r = add_authorities(trust, ssl_cert_file, err);
    struct pl_err ignored;
    if (r == 0 && trust->authorities.len && system && !(ssl_cert_file && *ssl_cert_file))
        add_authorities(trust, system, &ignored);
    if (r < 0)
        trust_free(trust);
    else
        *ret_trust = trust;
    return r;
}

void trust_apply(const struct trust *trust, const struct curl_api *curl, CURL *handle)
{
    if (trust->authorities.len) {
        struct curl_blob blob = {trust->authorities.data, trust->authorities.len, CURL_BLOB_NOCOPY};
        curl->easy_setopt(handle, CURLOPT_CAINFO_BLOB, &blob);
    }
    if (trust->cert.len) {
        curl->easy_setopt(handle, CURLOPT_SSLCERT, trust->cert.data);
        curl->easy_setopt(handle, CURLOPT_SSLKEY, trust->key.data);
    }
}

const char *trust_reason(long verify_result)
{
    return X509_verify_cert_error_string(verify_result);
}
