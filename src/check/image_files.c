/* Files that should not be in an image, by their names. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/path.h"
#include "check/image.h"
#include "image/wants.h"

/* Reads no bytes: which check wants a path is looked up as for catalogers. */
struct image_files {
    struct wants wants;
    VEC(const struct check *) checks;
    unsigned *told; /* by check */
};

static void *open_files(const void *config)
{
    struct image_files *files = mem_zalloc(1, sizeof(*files));
    for (const struct check *check = checks; check->id; check++) {
        if (!check->files || !check_wanted(config, check))
            continue;
        for (const char *const *glob = check->files; *glob; glob++)
            wants_add(&files->wants, str_of(*glob), (unsigned)files->checks.count);
        *VEC_ADD(&files->checks) = check;
    }
    wants_seal(&files->wants);
    files->told = mem_zalloc(files->checks.count + 1, sizeof(*files->told));
    return files;
}

static void close_files(void *reader)
{
    struct image_files *files = reader;
    wants_free(&files->wants);
    VEC_FREE(&files->checks);
    free(files->told);
    free(files);
}

static enum inspect_want look(const void *config, void *reader, const struct inspect_entry *entry,
                              struct inspect_sink *sink)
{
    struct image_files *files = reader;
    unsigned readers[WANTS_MATCHES];
    struct str dir = path_dir(entry->path);
    (void)config;
    if (entry->type == ENTRY_DIR || entry->type == ENTRY_SYMLINK)
        return INSPECT_NOTHING;
    size_t count = wants_match(&files->wants, entry->path, hash_str(entry->path), dir.len,
                               hash_str(dir), readers);
    for (size_t i = 0; i < count; i++) {
        const struct check *check = files->checks.items[readers[i]];
        struct file_finding finding = {
            .kind = FINDING_CONFIG,
            .severity = check->severity,
            .id = str_of(check->id),
            .seen_only = true,
        };
        if (files->told[readers[i]]++ < IMAGE_FILES_TOLD)
            inspect_add(sink, &finding);
    }
    return INSPECT_NOTHING;
}

static void pack(const void *config, struct buf *buf)
{
    for (const struct check *check = checks; check->id; check++)
        if (check->files && check_wanted(config, check))
            buf_puts(buf, check->id);
}

static void describe(const void *config, struct arena *arena, struct finding *finding)
{
    const struct check *check = check_find(finding->id, NULL);
    (void)config;
    if (check)
        check_describe(arena, check, finding);
}

const struct inspector_class image_files_inspector = {
    .name = "image files",
    .kind = FINDING_CONFIG,
    .version = 1,
    .no_members = true,
    .pack = pack,
    .open = open_files,
    .close = close_files,
    .entry = look,
    .describe = describe,
};
