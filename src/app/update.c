/* Downloading what publishers have changed, and importing it. Beside the database stand the
 * downloads' validators (a file of lines "URL\tETag\tLast-Modified"); the files themselves are
 * removed once they are imported. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/checksums.h"
#include "app/database_internal.h"
#include "base/arena.h"
#include "base/hash.h"
#include "base/vec.h"
#include "io/download.h"
#include "io/tempfile.h"

struct update {
    const struct database_options *options;
    struct arena arena;
    VEC(struct download) downloads;
    VEC(const char *) checksums; /* addresses, of each download; NULL: none */
    const char *folder;
};

/* The publisher's address, or its mirror's: the longest prefix that fits. */
static const char *mirrored(struct update *update, const char *url)
{
    const struct database_options *options = update->options;
    size_t best = SIZE_MAX, best_len = 0;
    for (size_t i = 0; i < options->mirror_count; i++) {
        size_t len = strlen(options->mirror_from[i]);
        if (len >= best_len && strncmp(url, options->mirror_from[i], len) == 0) {
            best = i;
            best_len = len;
        }
    }
    if (best == SIZE_MAX)
        return url;
    return arena_printf(&update->arena, "%s%s", options->mirror_to[best], url + best_len).data;
}

/* A file name for an address: its bytes that a name may have, and a hash that tells it from others.
 */
static const char *file_for(struct update *update, const char *url)
{
    AUTO_BUF name = {0};
    for (const char *at = url; *at; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= '0' && *at <= '9') || *at == '.' || *at == '-';
        buf_putc(&name, plain ? *at : '_');
    }
    struct str tail = buf_str(&name);
    if (tail.len > 80)
        tail = str_from(tail, tail.len - 80);
    return arena_printf(&update->arena, "%s/%016llx-%.*s", update->folder,
                        (unsigned long long)hash_str(str_of(url)), STR_ARG(tail))
        .data;
}

static bool wanted(const struct feed *feed, const char *const *names)
{
    if (!names)
        return true;
    for (; *names; names++)
        if (strcmp(*names, feed->name) == 0)
            return true;
    return false;
}

static void add_downloads(struct update *update, const struct feed_address *address)
{
    for (; address && address->url; address++) {
        struct download *download = VEC_ADD(&update->downloads);
        *download = (struct download){.url = mirrored(update, address->url),
                                      .path = file_for(update, address->url)};
        *VEC_ADD(&update->checksums) =
            address->checksum ? mirrored(update, address->checksum) : NULL;
    }
}

static int choose(struct update *update, const char *const *names, struct pl_err *err)
{
    for (size_t i = 0; names && names[i]; i++) {
        const struct feed *feed = feed_find(str_of(names[i]));
        if (!feed || (!feed->addresses && !feed->large_addresses))
            return err_set(
                err, PL_E_USAGE,
                "there is no feed \"%s\" to download: \"plimsoll list feeds\" names them",
                names[i]);
    }
    for (size_t i = 0; feeds[i]; i++) {
        if (!wanted(feeds[i], names))
            continue;
        add_downloads(update, feeds[i]->addresses);
        if (names)
            add_downloads(update, feeds[i]->large_addresses);
    }
    return 0;
}

static const char *validators_path(struct update *update)
{
    return arena_printf(&update->arena, "%s/downloads", update->options->directory).data;
}

static void set_validator(char *to, struct str text)
{
    if (text.len < DOWNLOAD_VALIDATOR) {
        memcpy(to, text.data ? text.data : "", text.len);
        to[text.len] = '\0';
    }
}

static void read_validators(struct update *update)
{
    FILE *in = fopen(validators_path(update), "re");
    char line[4096];
    while (in && fgets(line, sizeof(line), in)) {
        struct str rest = str_trim(str_of(line)), url, etag = STR_NONE, modified = STR_NONE;
        if (!str_cut(&rest, '\t', &url))
            continue;
        if (str_cut(&rest, '\t', &etag))
            str_cut(&rest, '\t', &modified);
        for (size_t i = 0; i < update->downloads.count; i++) {
            struct download *download = &update->downloads.items[i];
            if (!str_is(url, download->url))
                continue;
            set_validator(download->etag, etag);
            set_validator(download->last_modified, modified);
        }
    }
    if (in)
        fclose(in);
}

/* Those of other addresses (another choice of feeds, other mirrors) are kept. */
static int write_validators(struct update *update, struct pl_err *err)
{
    AUTO_TEMPFILE file = TEMPFILE_NONE;
    const char *path = validators_path(update);
    int r = tempfile_create(path, &file, err);
    if (r < 0)
        return r;
    FILE *in = fopen(path, "re");
    char line[4096];
    while (in && fgets(line, sizeof(line), in)) {
        struct str rest = str_of(line), url;
        bool ours = !str_cut(&rest, '\t', &url);
        for (size_t i = 0; i < update->downloads.count && !ours; i++)
            ours = str_is(url, update->downloads.items[i].url);
        if (!ours)
            dprintf(file.fd, "%s", line);
    }
    if (in)
        fclose(in);
    for (size_t i = 0; i < update->downloads.count; i++) {
        const struct download *download = &update->downloads.items[i];
        if (download->etag[0] || download->last_modified[0])
            dprintf(file.fd, "%s\t%s\t%s\n", download->url, download->etag,
                    download->last_modified);
    }
    return tempfile_commit(&file, err);
}

static void tell_failures(const struct update *update, struct database_result *result)
{
    for (size_t i = 0; i < update->downloads.count; i++) {
        const struct download *download = &update->downloads.items[i];
        if (download->state == DOWNLOAD_UNCHANGED)
            result->unchanged++;
        if (download->state != DOWNLOAD_FAILED)
            continue;
        result->problems++;
        if (update->options->problem)
            update->options->problem(update->options->context, str_of(download->url),
                                     &download->err);
    }
}

/* Problems in a downloaded file are named by its address, not by where it was put. */
struct teller {
    const struct update *update;
    const struct download *download;
};

static void tell_problem(void *context, struct str where, const struct pl_err *problem)
{
    const struct teller *teller = context;
    const struct database_options *options = teller->update->options;
    AUTO_BUF text = {0};
    struct str path = str_of(teller->download->path);
    buf_puts(&text, teller->download->url);
    if (str_starts(where, path))
        buf_add(&text, str_from(where, path.len));
    if (options->problem)
        options->problem(options->context, buf_str(&text), problem);
}

static int import_downloads(struct update *update, struct builder *builder,
                            struct feed_import *import)
{
    struct teller teller = {.update = update};
    *import = (struct feed_import){.builder = builder,
                                   .problem = tell_problem,
                                   .context = &teller,
                                   .progress = update->options->progress};
    int imported = 0;
    for (size_t i = 0; i < update->downloads.count; i++)
        if (update->downloads.items[i].state == DOWNLOAD_DONE)
            import->bytes_total += feed_path_bytes(update->downloads.items[i].path);
    for (size_t i = 0; i < update->downloads.count; i++) {
        struct pl_err problem;
        struct download *download = &update->downloads.items[i];
        uint64_t before = import->problems;
        teller.download = download;
        if (download->state != DOWNLOAD_DONE)
            continue;
        if (feed_import_path(import, download->path, &problem) < 0) {
            import->problems++;
            tell_problem(&teller, str_of(download->path), &problem);
        }
        imported++;
        /* What was not read whole is to be fetched again next time. */
        if (import->problems != before)
            download->etag[0] = download->last_modified[0] = '\0';
    }
    if (imported)
        progress_tell(update->options->progress, "reading advisories", import->bytes_total,
                      import->bytes_total, "B");
    return imported;
}

static void remove_downloads(const struct update *update)
{
    for (size_t i = 0; i < update->downloads.count; i++)
        if (update->downloads.items[i].state == DOWNLOAD_DONE)
            unlink(update->downloads.items[i].path);
    rmdir(update->folder); /* stays while there are parts to continue */
}

static int download_and_import(struct update *update, const struct vulndb *old,
                               struct database_result *result, struct pl_err *err)
{
    struct download_options options = {.ca_file = update->options->ca_file,
                                       .progress = update->options->progress};
    if (mkdir(update->folder, 0755) < 0 && errno != EEXIST)
        return err_errno(err, errno, "the folder %s can't be made", update->folder);
    int r = download_all(update->downloads.items, update->downloads.count, &options, err);
    if (r == 0)
        r = checksums_verify(update->downloads.items, update->checksums.items,
                             update->downloads.count, &options, err);
    if (r < 0)
        return r;
    tell_failures(update, result);
    if (result->problems == update->downloads.count)
        return err_set(err, PL_E_IO,
                       "nothing could be downloaded: the database is as it was; without a network, "
                       "use \"plimsoll db import\" with files from elsewhere");
    struct feed_import import;
    struct builder *builder = builder_new();
    if (update->options->facts_only)
        builder_facts_only(builder);
    if (old)
        builder_follow(builder, old);
    int imported = import_downloads(update, builder, &import);
    if (imported)
        r = database_write(update->options, builder, &import, result, err);
    builder_free(builder);
    if (r == 0)
        r = write_validators(update, err);
    if (r == 0)
        remove_downloads(update);
    return r;
}

int database_update(const struct database_options *options, const char *const *feed_names,
                    struct database_result *ret_result, struct pl_err *err)
{
    CLEANUP(vulndb_closep) struct vulndb *old = NULL;
    struct update update = {.options = options};
    int lock = -1;
    *ret_result = (struct database_result){0};
    if (options->offline)
        return err_set(err, PL_E_USAGE,
                       "an update needs the network, which the offline switch forbids: use "
                       "\"plimsoll db import\" with files from elsewhere");
    update.folder = arena_printf(&update.arena, "%s/incoming", options->directory).data;
    int r = choose(&update, feed_names, err);
    if (r == 0)
        r = database_lock(options, &lock, err);
    if (r == 0)
        r = database_open_old(options, &old, err);
    if (r == 0) {
        /* Without a database nothing is "unchanged". */
        if (old)
            read_validators(&update);
        r = download_and_import(&update, old, ret_result, err);
    }
    if (lock >= 0)
        close(lock);
    VEC_FREE(&update.downloads);
    VEC_FREE(&update.checksums);
    arena_free(&update.arena);
    return r;
}
