#include "image/toc_plan.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/path.h"

/* Names of files that are no programs: texts, pictures, archives, data. What has another name, or
 * none, is looked at. */
static const char *const other_extensions[] = {
    "1",     "2",         "3",          "3pm",     "4",       "5",         "6",         "7",
    "8",     "bz2",       "c",          "cfg",     "class",   "cmake",     "conf",      "config",
    "cpp",   "crt",       "css",        "csv",     "d",       "db",        "dtd",       "el",
    "eot",   "erb",       "gem",        "gif",     "gir",     "go",        "gz",        "h",
    "hpp",   "html",      "htm",        "icns",    "ico",     "inc",       "ini",       "jar",
    "java",  "jpg",       "jpeg",       "js",      "json",    "json5",     "jsx",       "kt",
    "la",    "less",      "list",       "lock",    "log",     "lua",       "m4",        "map",
    "md",    "md5sums",   "mjs",        "cjs",     "mo",      "mod",       "otf",       "patch",
    "pc",    "pdf",       "pem",        "php",     "pl",      "pm",        "png",       "po",
    "pod",   "pot",       "properties", "ps1",     "py",      "pyc",       "pyi",       "pyo",
    "rb",    "rbs",       "rs",         "rst",     "scss",    "service",   "sh",        "shlibs",
    "sql",   "sum",       "svg",        "symbols", "tcl",     "toml",      "triggers",  "ts",
    "tsx",   "ttc",       "ttf",        "txt",     "vim",     "whl",       "woff",      "woff2",
    "xml",   "xpm",       "xsd",        "xsl",     "xz",      "yaml",      "yml",       "zip",
    "zst",   "conffiles", "postinst",   "postrm",  "preinst", "prerm",     "templates", "socket",
    "timer", "target",    "rules",      "typelib", "desktop", "gresource",
};

/* Folders of texts without extensions; what may be executed is looked at there, too. */
static const char *const other_folders[] = {
    "usr/share/doc/",
    "usr/share/man/",
    "usr/share/zoneinfo/",
    "usr/share/locale/",
    "usr/share/info/",
    "usr/share/i18n/",
    "usr/share/licenses/",
    "usr/share/terminfo/",
    "usr/share/perl5/",
    "usr/share/lintian/",
    "usr/share/common-licenses/",
    "usr/share/icons/",
    "lib/terminfo/",
    "usr/lib/terminfo/",
    "usr/share/bash-completion/",
    "etc/",
    "usr/share/mime/",
    "usr/share/X11/",
    "usr/include/",
    "var/lib/dpkg/",
    "lib/apk/",
    "var/lib/rpm/",
    "usr/share/fonts/",
    "usr/share/bug/",
};

enum { SMALLEST_ELF = 52 }; /* the header of 32-bit ELF */

static bool has_other_extension(struct str name)
{
    size_t dot = str_last_index(name, '.');
    if (dot == SIZE_MAX || dot == 0)
        return false;
    struct str extension = str_from(name, dot + 1);
    for (size_t i = 0; i < ARRAY_LEN(other_extensions); i++)
        if (str_is(extension, other_extensions[i]))
            return true;
    return false;
}

/* "libx.so.6": its last component is a number. */
static bool is_library(struct str name)
{
    return str_ends(name, STR(".so")) || str_find(name, STR(".so.")) != SIZE_MAX;
}

bool toc_may_be_program(struct str path, uint32_t mode, uint64_t size)
{
    struct str name = path_base(path);
    if (size < SMALLEST_ELF)
        return false;
    if (is_library(name))
        return true;
    if (has_other_extension(name))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(other_folders) && !(mode & 0111); i++)
        if (str_starts(path, str_of(other_folders[i])))
            return false;
    return true;
}

struct planning {
    const struct toc *toc;
    const struct walk_options *options;
    const struct layer_record *record;
    struct toc_plan *plan;
    VEC(struct toc_range) ranges;
    struct buf clean;
};

static bool is_wanted(struct planning *planning, size_t index)
{
    const struct toc_entry *entry = &planning->toc->entries.items[index];
    const struct wants *wants = planning->options->wants;
    unsigned readers[WANTS_MATCHES];
    bool escapes;
    if (entry->type != TAR_FILE || entry->size == 0 || entry->name.len > LIMIT_PATH)
        return false;
    struct str path = path_clean(entry->name, &planning->clean, &escapes);
    if (escapes)
        return false;
    if (planning->options->second_pass) {
        const struct record_moved *moved = record_moved_find(planning->record, (uint32_t)index + 1);
        path = moved ? moved->path : path;
    }
    struct str dir = path_dir(path);
    if (wants_match(wants, path, hash_str(path), dir.len, hash_str(dir), readers))
        return true;
    return wants->magics.count && toc_may_be_program(path, entry->mode, entry->size);
}

void toc_plan_make(const struct toc *toc, const struct walk_options *options, bool reads,
                   const struct layer_record *record, struct toc_plan *ret_plan)
{
    struct planning planning = {.toc = toc, .options = options, .record = record};
    *ret_plan = (struct toc_plan){
        .wanted = mem_zalloc(toc->entries.count + 1, sizeof(*ret_plan->wanted)),
    };
    for (size_t i = 0; reads && i < toc->entries.count; i++) {
        const struct toc_entry *entry = &toc->entries.items[i];
        if (!is_wanted(&planning, i))
            continue;
        ret_plan->wanted[i] = true;
        for (size_t k = 0; k < entry->chunk_count; k++) {
            const struct toc_chunk *chunk = &toc->chunks.items[entry->first_chunk + k];
            *VEC_ADD(&planning.ranges) = (struct toc_range){chunk->offset, chunk->end};
        }
    }
    buf_free(&planning.clean);
    ret_plan->ranges = planning.ranges.items;
    ret_plan->count = planning.ranges.count;
    ret_plan->bytes = toc_ranges_merge(ret_plan->ranges, &ret_plan->count);
}

void toc_plan_free(struct toc_plan *plan)
{
    free(plan->wanted);
    free(plan->ranges);
}
