#include "image/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "io/source.h"
#include "io/tar.h"

struct member {
    uint64_t hash;
    struct str name, link; /* link: of a symbolic or hard link, a clean path */
    uint64_t offset, length;
};

struct archive {
    int fd; /* -1: a store */
    bool is_dir;
    struct blob_store store;
    struct arena arena;
    VEC(struct member) members; /* sorted by hash, later ones of a name first */
};

void blob_close(struct blob *blob)
{
    if (blob->own_fd && blob->fd >= 0)
        close(blob->fd);
    if (blob->stream)
        blob->stream->close(blob->stream);
    blob->stream = NULL;
    blob->fd = -1;
    blob->own_fd = false;
}

static struct str link_target(struct archive *archive, const struct tar_entry *entry,
                              struct str name)
{
    AUTO_BUF joined = {0};
    AUTO_BUF scratch = {0};
    bool escapes;
    if (entry->type == TAR_SYMLINK && !str_starts(entry->link, STR("/"))) {
        buf_add(&joined, path_dir(name));
        buf_putc(&joined, '/');
    }
    buf_add(&joined, entry->link);
    return arena_str(&archive->arena, path_clean(buf_str(&joined), &scratch, &escapes));
}

static int add_member(struct archive *archive, const struct tar *tar, uint64_t content_at,
                      struct pl_err *err)
{
    const struct tar_entry *entry = &tar->entry;
    if (entry->type == TAR_DIR || entry->type == TAR_OTHER || entry->sparse)
        return 0;
    if (archive->members.count >= LIMIT_MEMBERS)
        return err_limit(err, LIMIT_NAME(LIMIT_MEMBERS),
                         "the archive has more files than LIMIT_MEMBERS (%llu)", LIMIT_MEMBERS);
    AUTO_BUF scratch = {0};
    bool escapes;
    struct str name = path_clean(entry->path, &scratch, &escapes);
    if (escapes || name.len == 0 || name.len > 4096)
        return 0;
    struct member member = {
        .name = arena_str(&archive->arena, name),
        .hash = hash_str(name),
        .offset = content_at,
        .length = tar->left,
    };
    if (entry->type != TAR_FILE)
        member.link = link_target(archive, entry, member.name);
    *VEC_ADD(&archive->members) = member;
    return 0;
}

static int by_hash(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->offset < y->offset) - (x->offset > y->offset);
}

int archive_open_tar(int fd, uint64_t size, struct archive **ret_archive, struct pl_err *ret_damage,
                     struct pl_err *err)
{
    struct archive *archive = mem_zalloc(1, sizeof(*archive));
    struct file_source source;
    struct tar tar;
    archive->fd = fd;
    file_source_init(&source, fd, 0, size);
    tar_init(&tar, &source.source);
    ret_damage->code = PL_OK;
    int r;
    while ((r = tar_next(&tar, ret_damage)) > 0)
        if ((r = add_member(archive, &tar, source.source.position, err)) < 0)
            break;
    bool limit = r == -PL_E_LIMIT && ret_damage->code == PL_OK;
    if (r < 0 && ret_damage->code != PL_OK && archive->members.count == 0) {
        *err = *ret_damage;
        limit = true;
    }
    tar_free(&tar);
    file_source_free(&source);
    if (limit) {
        archive_close(archive);
        return -(int)err->code;
    }
    if (archive->members.count)
        qsort(archive->members.items, archive->members.count, sizeof(archive->members.items[0]),
              by_hash);
    *ret_archive = archive;
    return 0;
}

int archive_open_file(int fd, uint64_t size, struct str name, struct archive **ret_archive,
                      struct pl_err *err)
{
    struct archive *archive = mem_zalloc(1, sizeof(*archive));
    (void)err;
    archive->fd = fd;
    *VEC_ADD(&archive->members) = (struct member){
        .hash = hash_str(name), .name = arena_str(&archive->arena, name), .length = size};
    *ret_archive = archive;
    return 0;
}

int archive_open_dir(int dir_fd, struct archive **ret_archive, struct pl_err *err)
{
    (void)err;
    struct archive *archive = mem_zalloc(1, sizeof(*archive));
    archive->fd = dir_fd;
    archive->is_dir = true;
    *ret_archive = archive;
    return 0;
}

void archive_open_store(const struct blob_store *store, struct archive **ret_archive)
{
    struct archive *archive = mem_zalloc(1, sizeof(*archive));
    archive->fd = -1;
    archive->store = *store;
    *ret_archive = archive;
}

bool archive_is_remote(const struct archive *archive)
{
    return archive->store.read != NULL;
}

void *archive_store_context(const struct archive *archive)
{
    return archive->store.context;
}

void archive_close(struct archive *archive)
{
    if (!archive)
        return;
    if (archive->fd >= 0)
        close(archive->fd);
    if (archive->store.close)
        archive->store.close(archive->store.context);
    arena_free(&archive->arena);
    VEC_FREE(&archive->members);
    free(archive);
}

static int not_found(struct str name, struct pl_err *err)
{
    return err_set(err, PL_E_NOT_FOUND, "%.*s is missing", STR_ARG(str_first(name, 300)));
}

static int find_in_dir(const struct archive *archive, struct str name, struct blob *ret_blob,
                       struct pl_err *err)
{
    AUTO_FREE char *path = str_dup(name);
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    int fd = (int)syscall(SYS_openat2, archive->fd, path, &how, sizeof(how));
    if (fd < 0)
        return errno == ENOENT ? not_found(name, err)
                               : err_errno(err, errno, "cannot open %s", path);
    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return err_set(err, PL_E_FORMAT, "%s is not a regular file", path);
    }
    *ret_blob = (struct blob){fd, true, 0, (uint64_t)status.st_size, NULL};
    return 0;
}

static const struct member *member_find(const struct archive *archive, struct str name)
{
    uint64_t hash = hash_str(name);
    size_t low = 0, high = archive->members.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (archive->members.items[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < archive->members.count && archive->members.items[low].hash == hash; low++)
        if (str_equal(archive->members.items[low].name, name))
            return &archive->members.items[low];
    return NULL;
}

int archive_find(const struct archive *archive, struct str name, struct blob *ret_blob,
                 struct pl_err *err)
{
    if (archive->is_dir)
        return find_in_dir(archive, name, ret_blob, err);
    if (archive_is_remote(archive))
        return not_found(name, err);
    AUTO_BUF scratch = {0};
    bool escapes;
    struct str wanted = path_clean(name, &scratch, &escapes);
    const struct member *member = member_find(archive, wanted);
    for (int hops = 0; member && member->link.data; hops++) {
        if (hops == LIMIT_LINK_HOPS)
            return err_limit(err, LIMIT_NAME(LIMIT_LINK_HOPS),
                             "%.*s is behind more links than LIMIT_LINK_HOPS (%d)",
                             STR_ARG(str_first(name, 300)), LIMIT_LINK_HOPS);
        member = member_find(archive, member->link);
    }
    if (!member)
        return not_found(name, err);
    *ret_blob = (struct blob){archive->fd, false, member->offset, member->length, NULL};
    return 0;
}

int archive_read(const struct archive *archive, struct arena *arena, struct str name,
                 struct str *ret_bytes, struct pl_err *err)
{
    struct blob blob;
    int r = archive_find(archive, name, &blob, err);
    if (r < 0)
        return r;
    if (blob.length > LIMIT_MANIFEST) {
        r = err_limit(
            err, LIMIT_NAME(LIMIT_MANIFEST), "%.*s has %llu bytes, more than LIMIT_MANIFEST (%llu)",
            STR_ARG(str_first(name, 300)), (unsigned long long)blob.length, LIMIT_MANIFEST);
    } else {
        char *bytes = arena_alloc(arena, (size_t)blob.length + 1);
        r = file_read_at(blob.fd, bytes, (size_t)blob.length, blob.offset, err);
        if (r < 0)
            err_prefix(err, "%.*s", STR_ARG(str_first(name, 300)));
        bytes[blob.length] = '\0';
        *ret_bytes = str_make(bytes, (size_t)blob.length);
    }
    blob_close(&blob);
    return r;
}

int archive_open_blob(const struct archive *archive, struct str member,
                      const struct blob_descriptor *descriptor, struct blob *ret_blob,
                      struct pl_err *err)
{
    if (!archive_is_remote(archive))
        return archive_find(archive, member, ret_blob, err);
    struct blob blob = {.fd = -1, .length = descriptor->size};
    int r = archive->store.open(archive->store.context, descriptor, &blob.stream, err);
    if (r == 0)
        *ret_blob = blob;
    return r;
}

int archive_range(const struct archive *archive, struct str digest, uint64_t offset, uint64_t len,
                  struct buf *ret_bytes, struct pl_err *err)
{
    if (!archive->store.range)
        return err_set(err, PL_E_UNSUPPORTED, "layers cannot be read in parts here");
    return archive->store.range(archive->store.context, digest, offset, len, ret_bytes, err);
}

int archive_read_digest(const struct archive *archive, struct arena *arena, struct str digest,
                        bool manifest, struct str *ret_bytes, struct pl_err *err)
{
    if (!digest_is_valid(digest))
        return err_set(err, PL_E_FORMAT, "\"%.*s\" is no sha256 digest",
                       STR_ARG(str_first(digest, 100)));
    struct str name = arena_printf(arena, "blobs/sha256/%.*s", STR_ARG(str_from(digest, 7)));
    int r = archive_is_remote(archive) ? archive->store.read(archive->store.context, arena, digest,
                                                             manifest, ret_bytes, err)
                                       : archive_read(archive, arena, name, ret_bytes, err);
    if (r < 0)
        return r;
    char text[DIGEST_TEXT];
    sha256_of(*ret_bytes, text);
    if (!str_is(digest, text))
        return err_set(err, PL_E_DIGEST, "%.*s has other bytes: their digest is %s",
                       STR_ARG(archive_is_remote(archive) ? digest : name), text);
    return 0;
}
