#include "image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "image/manifest.h"
#include "image/unpack.h"
#include "io/tar.h"

const char *target_kind_name(enum target_kind kind)
{
    static const char *const names[TARGET_KIND_COUNT] = {
        "docker-archive", "oci",    "oci",        "dir",      "registry",
        "docker",         "podman", "containerd", "container"};
    return names[kind];
}

static const struct {
    const char *prefix;
    enum target_kind kind;
} prefixes[] = {
    {"docker-archive:", TARGET_DOCKER_ARCHIVE},
    {"oci-archive:", TARGET_OCI_ARCHIVE},
    {"oci:", TARGET_OCI},
    {"dir:", TARGET_DIR},
};

bool image_is_prefixed(struct str target)
{
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (str_starts(target, str_of(prefixes[i].prefix)))
            return true;
    return false;
}

struct opening {
    struct image *image;
    bool forced;
    struct str select; /* tag, or "@N" */
    int fd;
    struct stat status;
};

void image_close(struct image *image)
{
    archive_close(image->archive);
    if (image->root_fd >= 0)
        close(image->root_fd);
    for (size_t i = 0; i < image->layers.count; i++) {
        toc_free(image->layers.items[i].toc);
        free(image->layers.items[i].toc_problem);
    }
    VEC_FREE(&image->layers);
    VEC_FREE(&image->problems);
    VEC_FREE(&image->notes);
    arena_free(&image->arena);
    free(image);
}

static int open_path(struct opening *opening, struct str path, struct pl_err *err)
{
    AUTO_FREE char *name = str_dup(path);
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    /* Looking at the time of access costs a twentieth of a scan; only a file's owner may do
     * without. */
    opening->fd = open(name, flags | O_NOATIME);
    if (opening->fd < 0 && errno == EPERM)
        opening->fd = open(name, flags);
    if (opening->fd < 0)
        return err_errno(err, errno, "cannot open %s", name);
    if (fstat(opening->fd, &opening->status) < 0)
        return err_errno(err, errno, "cannot look at %s", name);
    if (!S_ISREG(opening->status.st_mode) && !S_ISDIR(opening->status.st_mode))
        return err_set(err, PL_E_UNSUPPORTED,
                       "%s is neither a file nor a folder; save the stream to a file first", name);
    return 0;
}

/* "FILE:TAG" and "FILE@N" behind a prefix: the whole is a path if there is one of that name, else
 * the part before the last ':' or '@'. */
static int open_target(struct opening *opening, struct str rest, struct pl_err *err)
{
    struct image *image = opening->image;
    int r = open_path(opening, rest, err);
    if (r != -PL_E_NOT_FOUND || !opening->forced || image->kind == TARGET_DIR) {
        image->path = arena_str(&image->arena, rest);
        return r;
    }
    for (size_t cut = rest.len; cut-- > 0;) {
        if (rest.data[cut] != ':' && rest.data[cut] != '@')
            continue;
        struct pl_err second;
        if (open_path(opening, str_first(rest, cut), &second) != 0)
            continue;
        opening->select =
            arena_str(&image->arena, str_from(rest, rest.data[cut] == '@' ? cut : cut + 1));
        image->path = arena_str(&image->arena, str_first(rest, cut));
        return 0;
    }
    return r;
}

static bool folder_has(int fd, const char *name)
{
    return faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int open_folder(struct opening *opening, const struct image_options *options,
                       struct pl_err *err)
{
    struct image *image = opening->image;
    bool layout = folder_has(opening->fd, "oci-layout") && folder_has(opening->fd, "index.json");
    if (!opening->forced)
        image->kind = layout ? TARGET_OCI : TARGET_DIR;
    if (image->kind == TARGET_DIR) {
        image->root_fd = opening->fd;
        opening->fd = -1;
        return 0;
    }
    if (image->kind != TARGET_OCI)
        return err_set(err, PL_E_USAGE,
                       "%.*s is a folder, not an archive; use oci: or dir:", STR_ARG(image->path));
    archive_open_dir(opening->fd, &image->archive, err);
    opening->fd = -1;
    return manifest_read_oci(image, opening->select, options, err);
}

static int not_an_image(const struct opening *opening, struct pl_err *err)
{
    const char *path = opening->image->path.data;
    if (opening->status.st_size == 0)
        return err_set(err, PL_E_FORMAT, "%s is empty", path);
    return err_set(err, PL_E_FORMAT,
                   "%s is no image: neither an archive of docker save nor an OCI archive. A tar of "
                   "a root file system is scanned after unpacking, with dir:FOLDER",
                   path);
}

/* An archive that is compressed as a whole is scanned out of a nameless copy. */
static int open_compressed(struct opening *opening, struct pl_err *err)
{
    uint64_t size = (uint64_t)opening->status.st_size;
    enum compression compression = unpack_detect(opening->fd, size);
    int fd;
    if (compression == COMPRESSION_NONE)
        return 0;
    int r = unpack_whole(opening->fd, size, compression, &opening->image->budget, &fd, &size, err);
    if (r < 0)
        return r;
    close(opening->fd);
    opening->fd = fd;
    opening->status.st_size = (off_t)size;
    return 0;
}

static bool member_there(const struct archive *archive, struct str name)
{
    struct blob blob;
    struct pl_err ignored;
    return archive_find(archive, name, &blob, &ignored) == 0;
}

static int open_archive(struct opening *opening, const struct image_options *options,
                        struct pl_err *err)
{
    struct image *image = opening->image;
    unsigned char head[TAR_BLOCK];
    struct pl_err damage;
    if (image->kind == TARGET_DIR && opening->forced)
        return err_set(err, PL_E_USAGE, "%.*s is a file; dir: needs a folder",
                       STR_ARG(image->path));
    if (image->kind == TARGET_OCI && opening->forced)
        image->kind = TARGET_OCI_ARCHIVE;
    int r = open_compressed(opening, err);
    if (r < 0)
        return r;
    if (opening->status.st_size < TAR_BLOCK ||
        file_read_at(opening->fd, head, sizeof(head), 0, err) || !tar_is_header(head))
        return not_an_image(opening, err);
    int fd = opening->fd;
    opening->fd = -1;
    r = archive_open_tar(fd, (uint64_t)opening->status.st_size, &image->archive, &damage, err);
    if (r < 0)
        return r;
    if (!opening->forced)
        image->kind = member_there(image->archive, STR("manifest.json")) ? TARGET_DOCKER_ARCHIVE
                                                                         : TARGET_OCI_ARCHIVE;
    if (!member_there(image->archive, STR("manifest.json")) &&
        !member_there(image->archive, STR("index.json"))) {
        if (damage.code != PL_OK) {
            *err = damage;
            return err_prefix(err, "the archive is damaged before its manifest");
        }
        opening->fd = dup(fd);
        return not_an_image(opening, err);
    }
    r = image->kind == TARGET_DOCKER_ARCHIVE
            ? manifest_read_docker(image, opening->select, options, err)
            : manifest_read_oci(image, opening->select, options, err);
    if (r == 0 && damage.code != PL_OK) {
        err_prefix(&damage, "%.*s", STR_ARG(image->path));
        *VEC_ADD(&image->problems) = damage;
    }
    return r;
}

int image_open(struct str target, const struct image_options *options, struct image **ret_image,
               struct pl_err *err)
{
    struct image *image = mem_zalloc(1, sizeof(*image));
    struct opening opening = {.image = image, .fd = -1};
    image->root_fd = -1;
    image->budget.progress = options->progress;
    image->kind = TARGET_DIR;
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        struct str prefix = str_of(prefixes[i].prefix);
        if (!str_starts(target, prefix))
            continue;
        opening.forced = true;
        image->kind = prefixes[i].kind;
        target = str_from(target, prefix.len);
        break;
    }
    int r = target.len ? 0 : err_set(err, PL_E_USAGE, "the target has no path");
    if (r == 0)
        r = open_target(&opening, target, err);
    image->name = image->path;
    if (r == 0) {
        r = S_ISDIR(opening.status.st_mode) ? open_folder(&opening, options, err)
                                            : open_archive(&opening, options, err);
        if (r < 0 && str_find(str_of(err->message), image->path) == SIZE_MAX)
            err_prefix(err, "%.*s", STR_ARG(image->path));
    }
    if (opening.fd >= 0)
        close(opening.fd);
    if (r < 0) {
        image_close(image);
        return r;
    }
    *ret_image = image;
    return 0;
}

int image_from_blobs(enum target_kind kind, struct str name, struct archive *archive,
                     struct str digest, const struct image_options *options,
                     struct image **ret_image, struct pl_err *err)
{
    struct image *image = mem_zalloc(1, sizeof(*image));
    image->root_fd = -1;
    image->kind = kind;
    image->archive = archive;
    image->budget.progress = options->progress;
    image->name = arena_str(&image->arena, name);
    int r = manifest_read_digest(image, digest, options, err);
    image->name = arena_str(&image->arena, name); /* not what an index calls a part of it */
    if (r < 0)
        image_close(image);
    else
        *ret_image = image;
    return r;
}

int image_from_archive(enum target_kind kind, struct str name, int fd, uint64_t size,
                       const struct image_options *options, struct image **ret_image,
                       struct pl_err *err)
{
    struct image *image = mem_zalloc(1, sizeof(*image));
    struct pl_err damage;
    image->root_fd = -1;
    image->kind = kind;
    image->budget.progress = options->progress;
    int r = archive_open_tar(fd, size, &image->archive, &damage, err);
    if (r == 0 && damage.code != PL_OK) {
        *err = damage;
        r = -(int)damage.code;
    }
    if (r == 0)
        r = manifest_read_docker(image, STR_NONE, options, err);
    if (r < 0) {
        image_close(image);
        return r;
    }
    image->name = arena_str(&image->arena, name);
    *ret_image = image;
    return 0;
}
