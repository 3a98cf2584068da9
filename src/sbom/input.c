#include "sbom/input.h"

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
static int copy_stream(int *fd, struct pl_err *err)
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
        if (total > LIMIT_SBOM)
            r = err_limit(err, LIMIT_NAME(LIMIT_SBOM),
                          "the bill of materials has more than %llu bytes",
                          (unsigned long long)LIMIT_SBOM);
        else
            r = tempfile_write(copy, str_make(bytes, (size_t)len), err);
    }
    if (copy >= 0) {
        close(*fd);
        *fd = copy;
    }
    return r;
}

int sbom_input_open(const char *path, struct sbom_input *ret_input, struct pl_err *err)
{
    struct sbom_input input = {.fd = -1};
    struct stat status;
    char head[COMPRESSION_HEAD];
    bool standard = strcmp(path, "-") == 0;
    input.fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (input.fd < 0)
        return err_errno(err, errno, "cannot open %s", path);
    int r = fstat(input.fd, &status) < 0 ? err_errno(err, errno, "cannot look at %s", path) : 0;
    if (r == 0 && S_ISDIR(status.st_mode))
        r = err_set(err, PL_E_UNSUPPORTED, "%s is a folder, not a bill of materials", path);
    if (r == 0 && !S_ISREG(status.st_mode)) {
        r = copy_stream(&input.fd, err);
        if (r == 0 && fstat(input.fd, &status) < 0)
            r = err_errno(err, errno, "cannot look at %s", path);
    }
    if (r < 0) {
        close(input.fd);
        return r;
    }
    input.size = (uint64_t)status.st_size;
    ssize_t len = pread(input.fd, head, sizeof(head), 0);
    input.compression = compression_detect(str_make(head, len > 0 ? (size_t)len : 0));
    input.buffer = mem_alloc(CHUNK);
    *ret_input = input;
    return 0;
}

static void end_reading(struct sbom_input *input)
{
    if (!input->decoder)
        return;
    decoder_free(input->decoder);
    input->decoder = NULL;
    file_input_free(&input->file);
}

int sbom_input_rewind(struct sbom_input *input, struct pl_err *err)
{
    end_reading(input);
    file_input_init(&input->file, input->fd, 0, input->size);
    input->total = 0;
    int r = decoder_new(input->compression, file_input_decoder(&input->file), &input->decoder, err);
    if (r < 0)
        file_input_free(&input->file);
    return r;
}

int sbom_input_read(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct sbom_input *input = context;
    bool first = input->total == 0;
    size_t len = 0;
    int r = decoder_read(input->decoder, input->buffer, CHUNK, &len, err);
    if (r < 0)
        return r;
    input->total += len;
    if (input->total > LIMIT_SBOM)
        return err_limit(err, LIMIT_NAME(LIMIT_SBOM),
                         "the bill of materials has more than %llu bytes",
                         (unsigned long long)LIMIT_SBOM);
    struct str chunk = str_make(input->buffer, len);
    if (first && str_starts(chunk, STR("\xef\xbb\xbf")))
        chunk = str_from(chunk, 3);
    *ret_chunk = chunk;
    return 0;
}

int sbom_input_head(struct sbom_input *input, char *bytes, struct str *ret_head, struct pl_err *err)
{
    struct str chunk;
    int r = sbom_input_rewind(input, err);
    if (r == 0)
        r = sbom_input_read(input, &chunk, err);
    if (r < 0)
        return r;
    chunk = str_first(chunk, SBOM_HEAD);
    memcpy(bytes, chunk.data, chunk.len);
    *ret_head = str_make(bytes, chunk.len);
    return sbom_input_rewind(input, err);
}

void sbom_input_close(struct sbom_input *input)
{
    end_reading(input);
    free(input->buffer);
    if (input->fd >= 0)
        close(input->fd);
}
