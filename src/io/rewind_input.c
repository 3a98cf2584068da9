#include "io/rewind_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "io/source.h"
#include "io/tempfile.h"

enum { CHUNK = 256 * 1024 };

/* A pipe is read once: its bytes go into a file that has no name. */
static int copy_stream(int *fd, uint64_t most, const char *limit, struct pl_err *err)
{
    AUTO_FREE char *bytes = mem_alloc(CHUNK);
    uint64_t total = 0;
    int copy = tempfile_nameless(err), r = copy < 0 ? copy : 0;
    while (r == 0) {
        ssize_t len = read(*fd, bytes, CHUNK);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            r = err_errno(err, errno, "cannot read");
        if (len <= 0)
            break;
        total += (uint64_t)len;
        if (total > most)
            r = err_limit(err, limit, "it has more than %s (%llu) bytes", limit,
                          (unsigned long long)most);
        else
            r = tempfile_write(copy, str_make(bytes, (size_t)len), err);
    }
    if (copy >= 0) {
        close(*fd);
        *fd = copy;
    }
    return r;
}

static void begin(struct rewind_input *input, uint64_t size)
{
    char head[COMPRESSION_HEAD];
    ssize_t len = pread(input->fd, head, sizeof(head), 0);
    input->size = size;
    input->compression = compression_detect(str_make(head, len > 0 ? (size_t)len : 0));
    input->buffer = mem_alloc(CHUNK);
}

int rewind_open(const char *path, uint64_t most, const char *limit, struct rewind_input *ret_input,
                struct pl_err *err)
{
    struct rewind_input input = {.fd = -1, .most = most, .limit = limit};
    struct stat status;
    bool standard = strcmp(path, "-") == 0;
    input.fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (input.fd < 0)
        return err_errno(err, errno, "cannot open %s", path);
    int r = fstat(input.fd, &status) < 0 ? err_errno(err, errno, "cannot look at %s", path) : 0;
    if (r == 0 && S_ISDIR(status.st_mode))
        r = err_set(err, PL_E_FORMAT, "%s is a folder, not a file", path);
    if (r == 0 && !S_ISREG(status.st_mode)) {
        r = copy_stream(&input.fd, most, limit, err);
        if (r == 0 && fstat(input.fd, &status) < 0)
            r = err_errno(err, errno, "cannot look at %s", path);
    }
    if (r < 0) {
        close(input.fd);
        return r;
    }
    begin(&input, (uint64_t)status.st_size);
    *ret_input = input;
    return 0;
}

int rewind_open_bytes(struct str bytes, uint64_t most, const char *limit,
                      struct rewind_input *ret_input, struct pl_err *err)
{
    struct rewind_input input = {.most = most, .limit = limit};
    input.fd = tempfile_nameless(err);
    int r = input.fd < 0 ? input.fd : tempfile_write(input.fd, bytes, err);
    if (r < 0) {
        if (input.fd >= 0)
            close(input.fd);
        return r;
    }
    begin(&input, bytes.len);
    *ret_input = input;
    return 0;
}

static void end_reading(struct rewind_input *input)
{
    if (!input->decoder)
        return;
    decoder_free(input->decoder);
    input->decoder = NULL;
    file_input_free(&input->file);
}

int rewind_start(struct rewind_input *input, struct pl_err *err)
{
    end_reading(input);
    file_input_init(&input->file, input->fd, 0, input->size);
    input->total = 0;
    int r = decoder_new(input->compression, file_input_decoder(&input->file), &input->decoder, err);
    if (r < 0)
        file_input_free(&input->file);
    return r;
}

int rewind_read(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct rewind_input *input = context;
    bool first = input->total == 0;
    size_t len = 0;
    int r = decoder_read(input->decoder, input->buffer, CHUNK, &len, err);
    if (r < 0)
        return r;
    input->total += len;
    if (input->total > input->most)
        return err_limit(err, input->limit, "it has more than %s (%llu) bytes", input->limit,
                         (unsigned long long)input->most);
    struct str chunk = str_make(input->buffer, len);
    if (first && str_starts(chunk, STR("\xef\xbb\xbf")))
        chunk = str_from(chunk, 3);
    *ret_chunk = chunk;
    return 0;
}

int rewind_head(struct rewind_input *input, char *bytes, struct str *ret_head, struct pl_err *err)
{
    struct str chunk;
    int r = rewind_start(input, err);
    if (r == 0)
        r = rewind_read(input, &chunk, err);
    if (r < 0)
        return r;
    chunk = str_first(chunk, REWIND_HEAD);
    memcpy(bytes, chunk.data, chunk.len);
    *ret_head = str_make(bytes, chunk.len);
    return rewind_start(input, err);
}

void rewind_close(struct rewind_input *input)
{
    end_reading(input);
    free(input->buffer);
    if (input->fd >= 0)
        close(input->fd);
}
