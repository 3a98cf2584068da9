#include "app/checksums.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/vec.h"
#include "io/decoder.h"
#include "io/source.h"

enum { DOCUMENT_MAX = 4096, CHUNK = 256 * 1024 };

/* SHA-256 of the file's bytes once they are decompressed. */
static int digest_file(const char *path, char ret_text[DIGEST_TEXT], struct pl_err *err)
{
    struct stat status;
    struct file_input input;
    struct decoder *decoder;
    struct sha256 sha;
    unsigned char digest[SHA256_BYTES];
    char head[COMPRESSION_HEAD];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0) {
        int r = err_errno(err, errno, "cannot open %s", path);
        if (fd >= 0)
            close(fd);
        return r;
    }
    uint64_t size = (uint64_t)status.st_size;
    size_t have = size < sizeof(head) ? (size_t)size : sizeof(head), len = 1;
    file_input_init(&input, fd, 0, size);
    sha256_init(&sha);
    int r = file_read_at(fd, head, have, 0, err);
    if (r == 0)
        r = decoder_new(compression_detect(str_make(head, have)), file_input_decoder(&input),
                        &decoder, err);
    if (r == 0) {
        char *bytes = mem_alloc(CHUNK);
        while (r == 0 && len) {
            r = decoder_read(decoder, bytes, CHUNK, &len, err);
            if (r == 0)
                sha256_add(&sha, bytes, len);
        }
        free(bytes);
        decoder_free(decoder);
    }
    file_input_free(&input);
    close(fd);
    sha256_end(&sha, digest);
    sha256_text(digest, ret_text);
    return r;
}

/* The digest that a line "sha256:HEX" tells, in lower case; false when there is none. */
static bool read_checksum(const char *path, char ret_text[DIGEST_TEXT])
{
    char bytes[DOCUMENT_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, bytes, sizeof(bytes)) : -1;
    if (fd >= 0)
        close(fd);
    struct str rest = str_make(bytes, len > 0 ? (size_t)len : 0), line;
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.len != DIGEST_TEXT - 1 || !str_starts(line, STR("sha256:")))
            continue;
        for (size_t i = 0; i < line.len; i++)
            ret_text[i] = (char)(line.data[i] >= 'A' && line.data[i] <= 'F' ? line.data[i] + 32
                                                                            : line.data[i]);
        ret_text[DIGEST_TEXT - 1] = '\0';
        return digest_is_valid(str_of(ret_text));
    }
    return false;
}

static void check(struct download *download, const struct download *document)
{
    char want[DIGEST_TEXT], got[DIGEST_TEXT];
    int r;
    if (document->state == DOWNLOAD_FAILED)
        r = err_set(&download->err, PL_E_DIGEST, "its checksum could not be fetched (%s): %s",
                    document->url, document->err.message);
    else if (!read_checksum(document->path, want))
        r = err_set(&download->err, PL_E_FORMAT, "%s holds no sha256 checksum", document->url);
    else if ((r = digest_file(download->path, got, &download->err)) == 0 && strcmp(want, got) != 0)
        r = err_set(&download->err, PL_E_DIGEST, "%s tells %s, but what came has %s", document->url,
                    want, got);
    if (r == 0)
        return;
    download->state = DOWNLOAD_FAILED;
    download->etag[0] = download->last_modified[0] = '\0';
    unlink(download->path);
}

int checksums_verify(struct download *downloads, const char *const *checksums, size_t count,
                     const struct download_options *options, struct pl_err *err)
{
    VEC(struct download) documents = {0};
    VEC(size_t) of = {0};
    struct arena arena = {0};
    for (size_t i = 0; i < count; i++) {
        if (!checksums[i] || downloads[i].state != DOWNLOAD_DONE)
            continue;
        *VEC_ADD(&of) = i;
        *VEC_ADD(&documents) = (struct download){
            .url = checksums[i],
            .path = arena_printf(&arena, "%s.checksum", downloads[i].path).data,
        };
    }
    int r = documents.count ? download_all(documents.items, documents.count, options, err) : 0;
    for (size_t i = 0; i < documents.count && r == 0; i++) {
        check(&downloads[of.items[i]], &documents.items[i]);
        unlink(documents.items[i].path);
    }
    VEC_FREE(&documents);
    VEC_FREE(&of);
    arena_free(&arena);
    return r;
}
