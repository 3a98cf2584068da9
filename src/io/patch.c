#include "io/patch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/limits.h"
#include "io/tempfile.h"

int mapped_take(int fd, struct mapped *ret_file, struct pl_err *err)
{
    struct stat st;
    struct mapped file = {.fd = fd};
    int r = fstat(fd, &st) < 0 ? err_errno(err, errno, "a temporary file can't be read") : 0;
    if (r == 0 && st.st_size > 0) {
        file.size = (uint64_t)st.st_size;
        file.data = mmap(NULL, file.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (file.data == MAP_FAILED) {
            file.data = NULL;
            r = err_errno(err, errno, "a temporary file can't be mapped");
        }
    }
    if (r < 0)
        mapped_free(&file);
    else
        *ret_file = file;
    return r;
}

int mapped_new(uint64_t size, struct mapped *ret_file, struct pl_err *err)
{
    int fd = tempfile_nameless(err);
    if (fd < 0)
        return fd;
    int code = size ? posix_fallocate(fd, 0, (off_t)size) : 0;
    if (code) {
        close(fd);
        return err_errno(err, code, "there is no room for a temporary file of %llu bytes",
                         (unsigned long long)size);
    }
    return mapped_take(fd, ret_file, err);
}

void mapped_free(struct mapped *file)
{
    if (file->data)
        munmap(file->data, file->size);
    if (file->fd >= 0)
        close(file->fd);
    *file = MAPPED_NONE;
}

/* ---- zstd ---- */

static int zstd_error(struct pl_err *err, size_t code)
{
    return err_set(err, PL_E_FAULT, "zstd can't pack the database: %s", ZSTD_getErrorName(code));
}

/* The strongest search takes a minute for 100 MiB. */
enum { LEVEL_SMALL = 19, LEVEL_LARGE = 12, WINDOW_MIN = 10, WINDOW_MAX = 31 };
#define SMALL (64 * MIB)

static size_t set_up(ZSTD_CCtx *context, struct str base, struct str bytes)
{
    int window = WINDOW_MIN;
    while (window < WINDOW_MAX && (1ULL << window) < base.len + bytes.len)
        window++;
    const struct {
        ZSTD_cParameter parameter;
        int value;
    } settings[] = {
        {ZSTD_c_compressionLevel, bytes.len <= SMALL ? LEVEL_SMALL : LEVEL_LARGE},
        {ZSTD_c_windowLog, window},
        {ZSTD_c_enableLongDistanceMatching, 1},
        {ZSTD_c_checksumFlag, 0}, /* what comes out is held against its SHA-256 */
    };
    size_t r = 0;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]) && !ZSTD_isError(r); i++)
        r = ZSTD_CCtx_setParameter(context, settings[i].parameter, settings[i].value);
    if (!ZSTD_isError(r) && base.len)
        r = ZSTD_CCtx_refPrefix(context, base.data, base.len);
    return r;
}

int patch_make(struct str base, struct str bytes, struct mapped *ret_packed, struct pl_err *err)
{
    AUTO_MAPPED packed = MAPPED_NONE;
    ZSTD_CCtx *context = ZSTD_createCCtx();
    if (!context)
        return err_set(err, PL_E_FAULT, "zstd can't be started");
    int r = mapped_new(ZSTD_compressBound(bytes.len), &packed, err);
    size_t size = r == 0 ? set_up(context, base, bytes) : 0;
    if (r == 0 && !ZSTD_isError(size))
        size = ZSTD_compress2(context, packed.data, packed.size, bytes.data, bytes.len);
    ZSTD_freeCCtx(context);
    if (r == 0 && ZSTD_isError(size))
        r = zstd_error(err, size);
    if (r == 0 && ftruncate(packed.fd, (off_t)size) < 0)
        r = err_errno(err, errno, "a temporary file can't be cut");
    if (r < 0)
        return r;
    int fd = packed.fd;
    packed.fd = -1;
    return mapped_take(fd, ret_packed, err);
}

int patch_apply(struct str base, struct str packed, uint64_t size, struct mapped *ret_bytes,
                struct pl_err *err)
{
    AUTO_MAPPED bytes = MAPPED_NONE;
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (!context)
        return err_set(err, PL_E_FAULT, "zstd can't be started");
    int r = mapped_new(size, &bytes, err);
    size_t got = 0;
    if (r == 0 && base.len)
        got = ZSTD_DCtx_refPrefix(context, base.data, base.len);
    /* In one go, into what is there: no window is allocated, whatever the frame says. */
    if (r == 0 && !ZSTD_isError(got))
        got = ZSTD_decompressDCtx(context, bytes.data, bytes.size, packed.data, packed.len);
    ZSTD_freeDCtx(context);
    if (r == 0 && ZSTD_isError(got))
        r = err_set(err, PL_E_FORMAT, "it can't be unpacked: %s", ZSTD_getErrorName(got));
    if (r == 0 && got != size)
        r = err_set(err, PL_E_FORMAT, "it unpacks to %zu bytes instead of %llu", got,
                    (unsigned long long)size);
    if (r < 0)
        return r;
    *ret_bytes = bytes;
    bytes = MAPPED_NONE;
    return 0;
}
