#include "io/content.h"

#include <unistd.h>

#include "base/limits.h"
#include "io/source.h"
#include "io/tempfile.h"

/* Above this a temporary file takes the bytes. */
static const uint64_t IN_MEMORY = 8 * MIB;

struct content content_of_bytes(struct str bytes)
{
    return (struct content){.size = bytes.len, .bytes = bytes.data ? bytes.data : "", .fd = -1};
}

struct content content_of_file(int fd, uint64_t offset, uint64_t size)
{
    return (struct content){.size = size, .fd = fd, .offset = offset};
}

bool content_part(const struct content *whole, uint64_t offset, uint64_t size,
                  struct content *ret_part)
{
    if (offset > whole->size || size > whole->size - offset)
        return false;
    *ret_part = whole->bytes ? content_of_bytes(str_make(whole->bytes + offset, (size_t)size))
                             : content_of_file(whole->fd, whole->offset + offset, size);
    return true;
}

void content_free(struct content *content)
{
    if (content->owns_fd)
        close(content->fd);
    buf_free(&content->gathered);
    *content = (struct content){.fd = -1};
}

static int spill(struct content *content, struct pl_err *err)
{
    content->fd = tempfile_nameless(err);
    if (content->fd < 0)
        return -PL_E_IO;
    content->owns_fd = true;
    int r = tempfile_write(content->fd, buf_str(&content->gathered), err);
    buf_free(&content->gathered);
    return r;
}

int content_add(struct content *content, struct str chunk, struct pl_err *err)
{
    int r = 0;
    content->size += chunk.len;
    if (!content->owns_fd && content->size > IN_MEMORY)
        r = spill(content, err);
    if (r == 0 && content->owns_fd)
        return tempfile_write(content->fd, chunk, err);
    if (r == 0)
        buf_add(&content->gathered, chunk);
    return r;
}

void content_seal(struct content *content)
{
    if (!content->owns_fd)
        content->bytes = content->gathered.data ? content->gathered.data : "";
}

static int gather(struct input *input, struct content *content, struct pl_err *err)
{
    int r = 0;
    if (input->size > IN_MEMORY)
        r = spill(content, err);
    else
        buf_reserve(&content->gathered, (size_t)input->size + 1);
    while (r == 0) {
        struct str chunk;
        r = input->next(input, &chunk, err);
        if (r < 0 || chunk.len == 0)
            return r;
        r = content_add(content, chunk, err);
    }
    return r;
}

int content_gather(struct input *input, struct content *ret_content, struct pl_err *err)
{
    AUTO_CONTENT content = {.fd = -1};
    int r = gather(input, &content, err);
    if (r < 0)
        return r;
    content_seal(&content);
    *ret_content = content;
    content = (struct content){.fd = -1};
    return 0;
}

int content_read(const struct content *content, uint64_t at, size_t len, void *scratch,
                 const unsigned char **ret_bytes, struct pl_err *err)
{
    if (at > content->size || len > content->size - at)
        return err_set(err, PL_E_FORMAT, "%zu bytes at %llu are not in the file of %llu bytes", len,
                       (unsigned long long)at, (unsigned long long)content->size);
    if (content->bytes) {
        *ret_bytes = (const unsigned char *)content->bytes + at;
        return 0;
    }
    *ret_bytes = scratch;
    return file_read_at(content->fd, scratch, len, content->offset + at, err);
}
