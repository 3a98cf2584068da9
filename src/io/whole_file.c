#include "io/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/decoder.h"

enum { CHUNK = 256 * 1024 };

struct reading {
    int fd;
    char *bytes;
    size_t head; /* bytes that were read to tell the compression, still to be handed out */
};

static int read_some(int fd, char *bytes, size_t size, size_t *ret_len, struct pl_err *err)
{
    ssize_t len;
    do
        len = read(fd, bytes, size);
    while (len < 0 && errno == EINTR);
    if (len < 0)
        return err_errno(err, errno, "cannot read");
    *ret_len = (size_t)len;
    return 0;
}

static int next_bytes(void *context, struct str *ret_bytes, struct pl_err *err)
{
    struct reading *reading = context;
    size_t len = reading->head;
    int r = 0;
    if (len == 0)
        r = read_some(reading->fd, reading->bytes, CHUNK, &len, err);
    reading->head = 0;
    *ret_bytes = str_make(reading->bytes, len);
    return r;
}

/* Pipes hand out what they like: the first bytes may come one by one. */
static int read_head(struct reading *reading, struct pl_err *err)
{
    size_t len = 1;
    while (reading->head < COMPRESSION_HEAD && len) {
        int r = read_some(reading->fd, reading->bytes + reading->head, CHUNK - reading->head, &len,
                          err);
        if (r < 0)
            return r;
        reading->head += len;
    }
    return 0;
}

static int decode(struct decoder *decoder, uint64_t most, const char *limit, struct buf *text,
                  struct pl_err *err)
{
    AUTO_FREE char *bytes = mem_alloc(CHUNK);
    size_t len = 1, start = text->len;
    while (len) {
        int r = decoder_read(decoder, bytes, CHUNK, &len, err);
        if (r < 0)
            return r;
        if (text->len - start + len > most)
            return err_limit(err, limit, "it has more than %s (%llu) bytes", limit,
                             (unsigned long long)most);
        buf_add(text, str_make(bytes, len));
    }
    return 0;
}

static int read_fd(int fd, uint64_t most, const char *limit, struct buf *text, struct pl_err *err)
{
    static const char mark[3] = "\xef\xbb\xbf";
    AUTO_FREE char *bytes = mem_alloc(CHUNK);
    struct reading reading = {.fd = fd, .bytes = bytes};
    struct decoder *decoder;
    size_t start = text->len;
    int r = read_head(&reading, err);
    if (r < 0)
        return r;
    struct str head = str_make(bytes, reading.head);
    struct decoder_input input = {&reading, next_bytes};
    r = decoder_new(compression_detect(head), input, &decoder, err);
    if (r < 0)
        return r;
    r = decode(decoder, most, limit, text, err);
    decoder_free(decoder);
    if (r == 0 && text->len - start >= sizeof(mark) &&
        memcmp(text->data + start, mark, sizeof(mark)) == 0) {
        text->len -= sizeof(mark);
        memmove(text->data + start, text->data + start + sizeof(mark), text->len - start);
    }
    return r;
}

int whole_file_read(const char *path, uint64_t most, const char *limit, struct buf *ret_text,
                    struct pl_err *err)
{
    struct stat status;
    if (strcmp(path, "-") == 0) {
        int r = read_fd(STDIN_FILENO, most, limit, ret_text, err);
        return r < 0 ? err_prefix(err, "standard input") : 0;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_errno(err, errno, "cannot open %s", path);
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(fd);
        return err_set(err, PL_E_FORMAT, "%s is a folder, not a file", path);
    }
    int r = read_fd(fd, most, limit, ret_text, err);
    close(fd);
    return r < 0 ? err_prefix(err, "%s", path) : 0;
}
