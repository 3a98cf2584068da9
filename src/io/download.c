#include "io/download.h"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <fcntl.h>
#include <openssl/md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "io/curl.h"

enum { MD5_BASE64 = 24, DEFAULT_PARALLEL = 4 };
/* A file larger than this is no feed. */
#define DOWNLOAD_MAX (8LL * 1024 * 1024 * 1024)

struct transfer {
    struct download *download;
    struct run *run;
    CURL *handle;
    struct curl_slist *headers;
    char *part, *part_note; /* the unfinished file, and the validator of its bytes */
    int fd;
    int64_t resumed; /* bytes that were there */
    int64_t total;   /* of the whole; 0: not known */
    int64_t done;
    char etag[DOWNLOAD_VALIDATOR], last_modified[DOWNLOAD_VALIDATOR];
    char md5[MD5_BASE64 + 1];
    int64_t range_start; /* of the bytes that come; -1: not told */
    bool started, failed_write;
};

struct run {
    const struct curl_api *curl;
    const struct download_options *options;
    CURLM *multi;
    struct transfer *transfers;
    size_t count, next, running;
};

static void tell_progress(const struct run *run)
{
    uint64_t done = 0, total = 0;
    for (size_t i = 0; i < run->count; i++) {
        done += (uint64_t)run->transfers[i].done;
        total += (uint64_t)run->transfers[i].total;
    }
    /* done == total would end the line while others wait. */
    progress_tell(run->options->progress, "downloading advisories", done,
                  total > done ? total : done + 1, "B");
}

static void fail(struct transfer *transfer, const struct pl_err *problem)
{
    transfer->download->state = DOWNLOAD_FAILED;
    transfer->download->err = *problem;
}

/* The value of a header line when its name is `name` (lower case, with its colon). */
static bool header_value(struct str line, const char *name, struct str *ret_value)
{
    size_t len = strlen(name);
    if (line.len < len || strncasecmp(line.data, name, len) != 0)
        return false;
    *ret_value = str_trim(str_from(line, len));
    return true;
}

static void keep(char *to, size_t size, struct str value)
{
    if (value.len < size) {
        memcpy(to, value.data, value.len);
        to[value.len] = '\0';
    }
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct str line = str_make(data, size * count), value;
    if (str_starts(line, STR("HTTP/"))) {
        /* Of several answers (redirections) the last counts. */
        transfer->etag[0] = transfer->last_modified[0] = transfer->md5[0] = '\0';
        transfer->range_start = -1;
    } else if (header_value(line, "content-range: bytes ", &value)) {
        uint64_t start;
        if (str_to_u64(str_first(value, str_index(value, '-')), &start) && start < INT64_MAX)
            transfer->range_start = (int64_t)start;
    } else if (header_value(line, "etag:", &value)) {
        keep(transfer->etag, sizeof(transfer->etag), value);
    } else if (header_value(line, "last-modified:", &value)) {
        keep(transfer->last_modified, sizeof(transfer->last_modified), value);
    } else if (header_value(line, "x-goog-hash:", &value)) {
        size_t at = str_find(value, STR("md5="));
        if (at != SIZE_MAX)
            keep(transfer->md5, sizeof(transfer->md5),
                 str_first(str_from(value, at + 4), MD5_BASE64));
    }
    return size * count;
}

static long response_code(const struct transfer *transfer)
{
    long code = 0;
    transfer->run->curl->easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &code);
    return code;
}

/* The validator stands beside the part before its first byte: what is continued is the same file.
 */
static void note_part(const struct transfer *transfer)
{
    const char *validator = transfer->etag[0] ? transfer->etag : transfer->last_modified;
    FILE *out = fopen(transfer->part_note, "we");
    if (!out)
        return;
    fputs(validator, out);
    fclose(out);
}

/* The first bytes of the body: they continue the part, or begin the file anew. */
static bool begin_body(struct transfer *transfer)
{
    long code = response_code(transfer);
    curl_off_t length = -1;
    transfer->started = true;
    transfer->run->curl->easy_getinfo(transfer->handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
                                      &length);
    if (code == 200 && transfer->resumed) {
        transfer->resumed = 0;
        if (ftruncate(transfer->fd, 0) < 0 || lseek(transfer->fd, 0, SEEK_SET) < 0)
            return false;
    }
    /* A part of another place than was asked for would make a file of two. */
    if (code == 206 && transfer->range_start != transfer->resumed)
        return false;
    transfer->done = transfer->resumed;
    transfer->total = length > 0 ? length + transfer->resumed : 0;
    if (code == 200)
        note_part(transfer);
    return true;
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t len = size * count;
    long code = response_code(transfer);
    if (code != 200 && code != 206)
        return len; /* the text of an error */
    if (!transfer->started && !begin_body(transfer))
        transfer->failed_write = true;
    for (size_t at = 0; at < len && !transfer->failed_write;) {
        ssize_t put = write(transfer->fd, data + at, len - at);
        if (put < 0 && errno != EINTR)
            transfer->failed_write = true;
        at += put > 0 ? (size_t)put : 0;
    }
    if (transfer->failed_write)
        return 0;
    transfer->done += (int64_t)len;
    tell_progress(transfer->run);
    return transfer->done > DOWNLOAD_MAX ? 0 : len;
}

static void add_header(struct transfer *transfer, const char *name, const char *value)
{
    AUTO_BUF line = {0};
    buf_printf(&line, "%s: %s", name, value);
    buf_putc(&line, '\0');
    transfer->headers = transfer->run->curl->slist_append(transfer->headers, line.data);
}

/* A part with its validator is continued. */
static void ask_for_the_rest(struct transfer *transfer)
{
    char validator[DOWNLOAD_VALIDATOR] = "";
    struct stat st;
    FILE *in = fopen(transfer->part_note, "re");
    if (in) {
        if (!fgets(validator, sizeof(validator), in))
            validator[0] = '\0';
        fclose(in);
    }
    if (validator[0] && fstat(transfer->fd, &st) == 0 && st.st_size > 0) {
        char range[32];
        transfer->resumed = st.st_size;
        snprintf(range, sizeof(range), "bytes=%lld-", (long long)st.st_size);
        add_header(transfer, "Range", range);
        add_header(transfer, "If-Range", validator);
        lseek(transfer->fd, 0, SEEK_END);
    } else if (ftruncate(transfer->fd, 0) < 0) {
        transfer->failed_write = true;
    }
}

static void ask_for_changes(struct transfer *transfer)
{
    const struct download *download = transfer->download;
    if (download->etag[0])
        add_header(transfer, "If-None-Match", download->etag);
    else if (download->last_modified[0])
        add_header(transfer, "If-Modified-Since", download->last_modified);
}

static void set_options(struct transfer *transfer)
{
    const struct curl_api *curl = transfer->run->curl;
    const struct download_options *options = transfer->run->options;
    CURL *handle = transfer->handle;
    curl->easy_setopt(handle, CURLOPT_URL, transfer->download->url);
    curl->easy_setopt(handle, CURLOPT_PRIVATE, transfer);
    curl->easy_setopt(handle, CURLOPT_USERAGENT, "plimsoll/" PLIMSOLL_VERSION);
    curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl->easy_setopt(handle, CURLOPT_MAXREDIRS, 8L);
    curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 30L);
    curl->easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 64L);
    curl->easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, 60L);
    curl->easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)DOWNLOAD_MAX);
    curl->easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl->easy_setopt(handle, CURLOPT_HEADERDATA, transfer);
    curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl->easy_setopt(handle, CURLOPT_WRITEDATA, transfer);
    curl->easy_setopt(handle, CURLOPT_HTTPHEADER, transfer->headers);
    if (options->ca_file)
        curl->easy_setopt(handle, CURLOPT_CAINFO, options->ca_file);
}

static char *with_ending(const char *path, const char *ending)
{
    AUTO_BUF text = {0};
    buf_printf(&text, "%s%s", path, ending);
    return str_dup(buf_str(&text));
}

static void start(struct run *run, struct transfer *transfer)
{
    struct pl_err problem;
    transfer->run = run;
    transfer->part = with_ending(transfer->download->path, ".part");
    transfer->part_note = with_ending(transfer->download->path, ".part.validator");
    transfer->fd = open(transfer->part, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (transfer->fd < 0) {
        err_errno(&problem, errno, "%s can't be written", transfer->part);
        fail(transfer, &problem);
        return;
    }
    transfer->handle = run->curl->easy_init();
    ask_for_changes(transfer);
    ask_for_the_rest(transfer);
    set_options(transfer);
    run->curl->multi_add_handle(run->multi, transfer->handle);
    run->running++;
}

/* RFC 1864: the MD5 of the whole, in base64. What guards against damage on the way, not more. */
static bool md5_matches(const struct transfer *transfer)
{
    enum { CHUNK = 1 << 18 };
    unsigned char digest[MD5_DIGEST_LENGTH];
    AUTO_BUF text = {0};
    MD5_CTX md5;
    ssize_t got;
    int fd = open(transfer->part, O_RDONLY | O_CLOEXEC);
    AUTO_FREE unsigned char *buffer = mem_alloc(CHUNK);
    if (fd < 0)
        return false;
    MD5_Init(&md5);
    while ((got = read(fd, buffer, CHUNK)) > 0)
        MD5_Update(&md5, buffer, (size_t)got);
    close(fd);
    MD5_Final(digest, &md5);
    base64_encode(str_make((const char *)digest, sizeof(digest)), &text);
    return str_is(buf_str(&text), transfer->md5);
}

static int finish_file(struct transfer *transfer, struct pl_err *err)
{
    struct download *download = transfer->download;
    if (!transfer->started && !begin_body(transfer)) /* an empty file */
        return err_set(err, PL_E_IO, "the file can't be written");
    if (transfer->md5[0] && !md5_matches(transfer)) {
        unlink(transfer->part);
        unlink(transfer->part_note);
        return err_set(err, PL_E_DIGEST,
                       "what arrived does not have the checksum that the server tells: try again");
    }
    if (fsync(transfer->fd) < 0 || rename(transfer->part, download->path) < 0)
        return err_errno(err, errno, "%s can't be written", download->path);
    unlink(transfer->part_note);
    memcpy(download->etag, transfer->etag, sizeof(download->etag));
    memcpy(download->last_modified, transfer->last_modified, sizeof(download->last_modified));
    return 0;
}

static int judge(struct transfer *transfer, CURLcode code, struct pl_err *err)
{
    long status = response_code(transfer);
    if (transfer->failed_write)
        return err_set(err, PL_E_IO, "%s can't be written: is the disk full?", transfer->part);
    if (code != CURLE_OK)
        return err_set(err, PL_E_IO, "the download failed: %s",
                       transfer->run->curl->easy_strerror(code));
    if (status == 304) {
        transfer->download->state = DOWNLOAD_UNCHANGED;
        return 0;
    }
    if (status == 416) {
        /* The part is not a beginning of what is there now. */
        unlink(transfer->part);
        unlink(transfer->part_note);
        return err_set(err, PL_E_IO, "an earlier download can't be continued: try again");
    }
    if (status != 200 && status != 206)
        return err_set(err, PL_E_IO, "the server answered with status %ld", status);
    transfer->download->state = DOWNLOAD_DONE;
    return finish_file(transfer, err);
}

static void end_transfer(struct run *run, struct transfer *transfer, CURLcode code)
{
    struct pl_err problem;
    if (judge(transfer, code, &problem) < 0)
        fail(transfer, &problem);
    /* An empty part says nothing: a conditional request that was answered "unchanged" leaves one.
     */
    struct stat st;
    if (transfer->download->state != DOWNLOAD_DONE && fstat(transfer->fd, &st) == 0 && !st.st_size)
        unlink(transfer->part);
    transfer->total = transfer->done;
    run->curl->multi_remove_handle(run->multi, transfer->handle);
    run->running--;
}

static void free_transfer(struct run *run, struct transfer *transfer)
{
    if (transfer->handle)
        run->curl->easy_cleanup(transfer->handle);
    run->curl->slist_free_all(transfer->headers);
    if (transfer->fd >= 0)
        close(transfer->fd);
    free(transfer->part);
    free(transfer->part_note);
}

static void take_messages(struct run *run)
{
    CURLMsg *message;
    int left;
    while ((message = run->curl->multi_info_read(run->multi, &left))) {
        void *transfer = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        run->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        end_transfer(run, transfer, message->data.result);
    }
}

static int drive(struct run *run, struct pl_err *err)
{
    size_t parallel =
        run->options->parallel > 0 ? (size_t)run->options->parallel : DEFAULT_PARALLEL;
    do {
        int running = 0;
        while (run->next < run->count && run->running < parallel)
            start(run, &run->transfers[run->next++]);
        if (run->curl->multi_perform(run->multi, &running) != CURLM_OK)
            return err_set(err, PL_E_IO, "the downloads can't go on");
        take_messages(run);
        if (run->running)
            run->curl->multi_poll(run->multi, NULL, 0, 1000, NULL);
    } while (run->running || run->next < run->count);
    return 0;
}

int download_all(struct download *downloads, size_t count, const struct download_options *options,
                 struct pl_err *err)
{
    struct run run = {.options = options, .count = count};
    run.curl = curl_load(err);
    if (!run.curl)
        return -PL_E_UNSUPPORTED;
    run.multi = run.curl->multi_init();
    run.transfers = mem_zalloc(count, sizeof(*run.transfers));
    for (size_t i = 0; i < count; i++) {
        run.transfers[i].download = &downloads[i];
        run.transfers[i].fd = -1;
        downloads[i].state = DOWNLOAD_WAITING;
    }
    int r = drive(&run, err);
    for (size_t i = 0; i < count; i++)
        free_transfer(&run, &run.transfers[i]);
    run.curl->multi_cleanup(run.multi);
    free(run.transfers);
    progress_tell(options->progress, "downloading advisories", 1, 1, NULL);
    return r;
}
