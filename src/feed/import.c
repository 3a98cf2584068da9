/* From paths to documents: folders, archives and compression, told by content. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/vec.h"
#include "feed/document.h"
#include "feed/feed.h"
#include "feed/head.h"
#include "io/zip.h"

static void tell_path(struct feed_import *import, struct str where, const struct pl_err *problem)
{
    import->problems++;
    if (import->problem)
        import->problem(import->context, where, problem);
}

static void tell_bytes(struct feed_import *import, uint64_t more)
{
    import->bytes_done += more;
    progress_tell(import->progress, "reading advisories", import->bytes_done, import->bytes_total,
                  "B");
}

/* Formats that people try: their names are better than "unknown". */
static const char *known_format(struct str head)
{
    if (head_is_markup(head)) {
        if (str_find(head, STR("oval_definitions")) != SIZE_MAX)
            return "OVAL of another publisher";
        return str_find(head, STR("<updates")) != SIZE_MAX ? "updateinfo of another publisher"
                                                           : NULL;
    }
    if (head_has_member(head, 2, "csaf_version"))
        return "CSAF of another publisher";
    if (head_has_member(head, 1, "@context") && head_has_member(head, 1, "statements"))
        return "OpenVEX";
    return head_has_member(head, 1, "bomFormat") ? "CycloneDX" : NULL;
}

/* What lies beside advisories and has none: lists of files, signatures, pages for people. */
static bool is_companion(struct str name)
{
    static const char *const names[] = {
        "all.json",
        "changes.csv",
        "deletions.csv",
        "releases.csv",
        "index.txt",
        "feed.json",
        "repomd.xml",
        "updateinfo.json",
        "archive_latest.txt",
        "modified_id.csv",
        "README.md",
        "provider-metadata.json",
        "photon_versions.json",
        "LICENSE",
        "LICENSE.md",
        "robots.txt",
        "SHA256SUMS",
    };
    static const char *const ends[] = {".asc", ".sha256",  ".sha512", ".sha512sum", ".sig",
                                       ".rss", ".rss.xml", ".html",   ".htm",       ".meta"};
    size_t slash = str_last_index(name, '/');
    struct str base = slash == SIZE_MAX ? name : str_from(name, slash + 1);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(base, names[i]))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(base, str_of(ends[i])))
            return true;
    return false;
}

static int unknown_format(struct str head, struct pl_err *err)
{
    const char *format = known_format(head);
    if (format)
        return err_set(err, PL_E_UNSUPPORTED,
                       "its format is %s, which this version does not import", format);
    if (!head.len)
        return err_set(err, PL_E_FORMAT, "it is empty");
    return err_set(
        err, PL_E_UNSUPPORTED,
        "it is no advisory feed that this version knows: \"plimsoll list feeds\" names them");
}

/* All of a document or archive was read: the units that it brings whole replace the old ones. */
static void replace_units(struct feed_import *import)
{
    for (size_t i = 0; i < import->whole_units.count; i++)
        builder_replace(import->builder, import->whole_units.items[i]);
    VEC_FREE(&import->whole_units);
}

/* Reads one document; what is wrong with it is a problem, told under its name. */
static void import_document(struct feed_import *import, struct document_source *source,
                            struct str name, bool in_archive)
{
    struct pl_err err;
    struct feed_document *document = NULL;
    size_t units = import->whole_units.count;
    import->documents++;
    int r = document_open(source, name, in_archive, &document, &err);
    if (r == 0) {
        const struct feed *feed = feed_recognise(document->head);
        if (feed)
            r = feed->read(import, document, &err);
        else if (import->named || !is_companion(name))
            r = unknown_format(document->head, &err);
    }
    if (r < 0) {
        tell_path(import, name, &err);
        import->whole_units.count = units;
        if (!units)
            VEC_FREE(&import->whole_units);
    } else if (!in_archive) {
        replace_units(import);
    }
    document_close(document);
}

static void end_archive(struct feed_import *import, const char *path, int result,
                        const struct pl_err *err)
{
    if (result < 0) {
        tell_path(import, str_of(path), err);
        VEC_FREE(&import->whole_units);
    } else {
        replace_units(import);
    }
}

static void import_zip(struct feed_import *import, int fd, const char *path)
{
    struct pl_err err;
    CLEANUP(zip_closep) struct zip *zip = NULL;
    struct zip_member member;
    int r = zip_open(fd, &zip, &err);
    while (r == 0) {
        r = zip_next(zip, &member, &err);
        if (r != 1)
            break;
        r = 0;
        if (member.is_folder)
            continue;
        AUTO_BUF name = {0};
        buf_printf(&name, "%s: %.*s", path, STR_ARG(member.name));
        struct document_source source = {0};
        document_from_zip(&source, zip, &member);
        import->named = false;
        import_document(import, &source, buf_str(&name), true);
        tell_bytes(import, member.compressed);
    }
    end_archive(import, path, r, &err);
}

static void import_tar(struct feed_import *import, struct document_source *outer, const char *path)
{
    struct pl_err err;
    struct document_tar *tar = NULL;
    struct str member;
    int r = document_tar_open(outer, &tar, &err);
    while (r == 0) {
        r = document_tar_next(tar, &member, &err);
        if (r != 1)
            break;
        r = 0;
        AUTO_BUF name = {0};
        buf_printf(&name, "%s: %.*s", path, STR_ARG(member));
        struct document_source source = {0};
        document_from_tar(&source, tar);
        import->named = false;
        import_document(import, &source, buf_str(&name), true);
    }
    document_tar_close(tar);
    end_archive(import, path, r, &err);
}

static int import_file(struct feed_import *import, const char *path, struct pl_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0)
        return err_errno(err, errno, "it can't be opened");
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(err, PL_E_FORMAT, "it is no file");
    }
    uint64_t done = import->bytes_done + (uint64_t)st.st_size;
    struct document_source source = {0};
    int r = document_from_file(&source, fd, (uint64_t)st.st_size, err);
    if (r == 0 && source.kind == DOCUMENT_ZIP)
        import_zip(import, fd, path);
    else if (r == 0 && source.kind == DOCUMENT_TAR)
        import_tar(import, &source, path);
    else if (r == 0)
        import_document(import, &source, str_of(path), false);
    document_source_free(&source);
    close(fd);
    import->bytes_done = done;
    tell_bytes(import, 0);
    return r;
}

static int compare_names(const void *a, const void *b)
{
    char *const *left = a, *const *right = b;
    return strcmp(*left, *right);
}

typedef VEC(char *) names;

static void free_names(names *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    VEC_FREE(list);
}

/* Sorted: the same folder gives the same database whatever order the file system has. */
static int list_folder(const char *path, names *ret_names, struct pl_err *err)
{
    DIR *dir = opendir(path);
    if (!dir)
        return err_errno(err, errno, "the folder can't be read");
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            *VEC_ADD(ret_names) = str_dup(str_of(entry->d_name));
    closedir(dir);
    if (ret_names->count)
        qsort(ret_names->items, ret_names->count, sizeof(char *), compare_names);
    return 0;
}

static void import_entry(struct feed_import *import, const char *path, int depth);

static int import_folder(struct feed_import *import, const char *path, int depth,
                         struct pl_err *err)
{
    CLEANUP(free_names) names list = {0};
    if (depth > LIMIT_FEED_DEPTH)
        return err_limit(err, LIMIT_NAME(LIMIT_FEED_DEPTH), "folders are nested too deep");
    int r = list_folder(path, &list, err);
    for (size_t i = 0; i < list.count && r == 0; i++) {
        AUTO_BUF child = {0};
        buf_printf(&child, "%s/%s", path, list.items[i]);
        buf_putc(&child, '\0');
        import_entry(import, child.data, depth + 1);
    }
    return r;
}

/* Below a named folder: what can't be read is told, and links to folders are not followed. */
static void import_entry(struct feed_import *import, const char *path, int depth)
{
    struct pl_err err;
    struct stat st;
    int r = 0;
    if (lstat(path, &st) < 0)
        r = err_errno(&err, errno, "it can't be read");
    else if (S_ISDIR(st.st_mode))
        r = import_folder(import, path, depth, &err);
    else if (S_ISREG(st.st_mode) ||
             (S_ISLNK(st.st_mode) && stat(path, &st) == 0 && S_ISREG(st.st_mode)))
        r = import_file(import, path, &err);
    if (r < 0)
        tell_path(import, str_of(path), &err);
}

int feed_import_path(struct feed_import *import, const char *path, struct pl_err *err)
{
    struct stat st;
    int r;
    if (stat(path, &st) < 0)
        r = err_errno(err, errno, "it can't be read");
    else if (S_ISDIR(st.st_mode))
        r = import_folder(import, path, 0, err);
    else {
        import->named = true;
        r = import_file(import, path, err);
        import->named = false;
    }
    return r < 0 ? err_prefix(err, "%s", path) : 0;
}

static uint64_t count_bytes(const char *path, int depth)
{
    struct stat st;
    if ((depth ? lstat(path, &st) : stat(path, &st)) < 0 || depth > LIMIT_FEED_DEPTH)
        return 0;
    if (!S_ISDIR(st.st_mode))
        return S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    CLEANUP(free_names) names list = {0};
    uint64_t total = 0;
    list_folder(path, &list, NULL);
    for (size_t i = 0; i < list.count; i++) {
        AUTO_BUF child = {0};
        buf_printf(&child, "%s/%s", path, list.items[i]);
        buf_putc(&child, '\0');
        total += count_bytes(child.data, depth + 1);
    }
    return total;
}

uint64_t feed_path_bytes(const char *path)
{
    return count_bytes(path, 0);
}
