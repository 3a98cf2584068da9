#include "app/sweep_list.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/sysinfo.h>

#include "app/parallel.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "image/index.h"

/* A tag, or a part of an index behind it, that leads to an image. */
struct found {
    struct sweep_name name;
    struct str digest, platform, created;
};

struct listing {
    const struct sweep_options *options;
    struct registry *client;
    struct sweep *sweep;
    struct arena arena; /* under the lock */
    pthread_mutex_t lock;
    VEC(struct str) repositories;
    VEC(struct sweep_name) tags;
    VEC(struct found) found;
    struct str platform; /* that is wanted */
    size_t done;
};

void sweep_fail(struct sweep *sweep, struct str where, const struct pl_err *problem)
{
    *VEC_ADD(&sweep->failures) = (struct sweep_failure){
        arena_str(&sweep->arena, where),
        arena_str(&sweep->arena, str_of(problem->message)),
        arena_str(&sweep->arena, str_of(problem->local)),
    };
}

/* As a shell's patterns are, but '*' goes over '/' and ':', too. */
static bool matches(struct str text, const struct str *patterns, size_t count)
{
    AUTO_FREE char *whole = str_dup(text);
    for (size_t i = 0; i < count; i++)
        if (fnmatch(patterns[i].data, whole, 0) == 0)
            return true;
    return false;
}

static unsigned jobs_of(const struct listing *listing)
{
    /* Small questions: waiting for answers is what takes the time. */
    unsigned jobs = listing->options->jobs ? listing->options->jobs : (unsigned)get_nprocs();
    return jobs < 4 && !listing->options->jobs ? 4 : jobs;
}

/* ---- repositories ---- */

static bool is_below(struct str name, struct str prefix)
{
    return prefix.len == 0 || str_equal(name, prefix) ||
           (str_starts(name, prefix) && name.data[prefix.len] == '/');
}

static int take_repository(void *context, struct str name, struct pl_err *err)
{
    struct listing *listing = context;
    const struct sweep_options *options = listing->options;
    (void)err;
    for (size_t i = 0; i < listing->repositories.count && i < 64; i++) /* of a page told twice */
        if (str_equal(listing->repositories.items[listing->repositories.count - 1 - i], name))
            return 0;
    if (is_below(name, options->prefix) &&
        (options->repository_count == 0 ||
         matches(name, options->repositories, options->repository_count)))
        *VEC_ADD(&listing->repositories) = arena_str(&listing->arena, name);
    return 0;
}

/* Docker Hub, GHCR and others list no repositories: there the prefix may be one. */
static int list_repositories(struct listing *listing, struct pl_err *err)
{
    const struct sweep_options *options = listing->options;
    int r = registry_repositories(listing->client, options->host, take_repository, listing, err);
    if (r == 0 && listing->repositories.count == 0 && options->prefix.len == 0)
        return 0;
    if (r < 0 && !(options->prefix.len && (r == -PL_E_NOT_FOUND || r == -PL_E_DENIED)))
        return r;
    if (listing->repositories.count == 0 && options->repository_count == 0) {
        *VEC_ADD(&listing->repositories) = options->prefix;
        return 0;
    }
    return r < 0 ? r : 0;
}

/* ---- tags ---- */

struct tag_list {
    struct listing *listing;
    struct str repository;
};

/* "sha256-HEX", with ".sig" and the like behind it: what is attached to images. */
static bool is_attached(struct str tag)
{
    size_t hex = 0;
    if (!str_starts(tag, STR("sha256-")))
        return false;
    struct str rest = str_from(tag, 7);
    while (hex < rest.len && str_index(STR("0123456789abcdef"), rest.data[hex]) != SIZE_MAX)
        hex++;
    return hex == 64;
}

static int take_tag(void *context, struct str tag, struct pl_err *err)
{
    const struct tag_list *list = context;
    struct listing *listing = list->listing;
    const struct sweep_options *options = listing->options;
    AUTO_BUF whole = {0};
    (void)err;
    buf_printf(&whole, "%.*s:%.*s", STR_ARG(list->repository), STR_ARG(tag));
    if (is_attached(tag) ||
        (options->tag_count && !matches(tag, options->tags, options->tag_count)) ||
        matches(buf_str(&whole), options->excludes, options->exclude_count))
        return 0;
    pthread_mutex_lock(&listing->lock);
    *VEC_ADD(&listing->tags) =
        (struct sweep_name){list->repository, arena_str(&listing->arena, tag)};
    pthread_mutex_unlock(&listing->lock);
    return 0;
}

static void list_tags(void *context, size_t index)
{
    struct listing *listing = context;
    struct tag_list list = {listing, listing->repositories.items[index]};
    struct pl_err problem;
    struct repository *repository =
        registry_repository(listing->client, listing->options->host, list.repository);
    int r = repository_tags(repository, take_tag, &list, &problem);
    pthread_mutex_lock(&listing->lock);
    /* A repository whose tags are all gone answers 404 with some registries. */
    if (r < 0 && !(r == -PL_E_NOT_FOUND && !str_equal(list.repository, listing->options->prefix)))
        sweep_fail(listing->sweep, list.repository, &problem);
    progress_tell(listing->options->progress, N_("listing tags"), ++listing->done,
                  listing->repositories.count, N_("repositories"));
    pthread_mutex_unlock(&listing->lock);
}

/* ---- what a tag leads to ---- */

struct resolving {
    struct listing *listing;
    struct repository *repository;
    struct sweep_name name;
    struct arena arena;
};

static void add_found(struct resolving *resolving, struct str digest, struct str platform)
{
    struct listing *listing = resolving->listing;
    pthread_mutex_lock(&listing->lock);
    *VEC_ADD(&listing->found) = (struct found){
        .name = resolving->name,
        .digest = arena_str(&listing->arena, digest),
        .platform = arena_str(&listing->arena, platform),
    };
    pthread_mutex_unlock(&listing->lock);
}

static int follow(struct resolving *resolving, struct str reference, struct str platform, int depth,
                  struct pl_err *err)
{
    struct listing *listing = resolving->listing;
    struct registry_document document;
    struct index_image *images;
    size_t count;
    const struct str *wanted = listing->options->all_platforms ? NULL : &listing->platform;
    if (depth > LIMIT_MANIFEST_DEPTH)
        return err_limit(err, LIMIT_NAME(LIMIT_MANIFEST_DEPTH),
                         "indexes stand inside one another deeper than LIMIT_MANIFEST_DEPTH (%d)",
                         LIMIT_MANIFEST_DEPTH);
    int r =
        repository_manifest(resolving->repository, reference, &resolving->arena, &document, err);
    if (r < 0)
        return r;
    if (!index_images(document.bytes, wanted, &resolving->arena, &images, &count)) {
        add_found(resolving, document.digest, platform);
        return 0;
    }
    if (count == 0)
        return err_set(err, PL_E_NOT_FOUND, "there is no image for %.*s",
                       STR_ARG(listing->platform));
    for (size_t i = 0; i < count && r == 0; i++) {
        if (images[i].is_index || images[i].platform.len == 0)
            r = follow(resolving, images[i].digest, images[i].platform, depth + 1, err);
        else
            add_found(resolving, images[i].digest, images[i].platform);
    }
    return r;
}

static void resolve_tag(void *context, size_t index)
{
    struct listing *listing = context;
    struct resolving resolving = {.listing = listing, .name = listing->tags.items[index]};
    struct pl_err problem;
    resolving.repository =
        registry_repository(listing->client, listing->options->host, resolving.name.repository);
    int r = follow(&resolving, resolving.name.tag, STR_NONE, 0, &problem);
    pthread_mutex_lock(&listing->lock);
    if (r < 0)
        sweep_fail(listing->sweep,
                   arena_printf(&listing->arena, "%.*s:%.*s", STR_ARG(resolving.name.repository),
                                STR_ARG(resolving.name.tag)),
                   &problem);
    progress_tell(listing->options->progress, N_("looking up tags"), ++listing->done,
                  listing->tags.count, N_("tags"));
    pthread_mutex_unlock(&listing->lock);
    arena_free(&resolving.arena);
}

/* ---- distinct images ---- */

static int by_digest(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    int order = str_compare(x->digest, y->digest);
    if (order == 0)
        order = str_compare(x->name.repository, y->name.repository);
    return order ? order : str_compare(x->name.tag, y->name.tag);
}

static int by_name(const void *a, const void *b)
{
    const struct sweep_image *x = a, *y = b;
    int order = str_compare(x->names[0].repository, y->names[0].repository);
    if (order == 0)
        order = str_compare(x->names[0].tag, y->names[0].tag);
    if (order == 0)
        order = str_compare(x->platform, y->platform);
    return order ? order : str_compare(x->digest, y->digest);
}

static struct sweep_name keep_name(struct sweep *sweep, struct sweep_name name)
{
    return (struct sweep_name){arena_str(&sweep->arena, name.repository),
                               arena_str(&sweep->arena, name.tag)};
}

static void make_images(struct listing *listing)
{
    struct sweep *sweep = listing->sweep;
    struct found *found = listing->found.items;
    size_t count = listing->found.count;
    if (count)
        qsort(found, count, sizeof(*found), by_digest);
    for (size_t i = 0; i < count;) {
        size_t end = i;
        while (end < count && str_equal(found[end].digest, found[i].digest))
            end++;
        struct sweep_image image = {
            .digest = arena_str(&sweep->arena, found[i].digest),
            .platform = arena_str(&sweep->arena, found[i].platform),
            .names = ARENA_ARRAY(&sweep->arena, struct sweep_name, end - i),
        };
        for (size_t k = i; k < end; k++) {
            bool same = k > i && by_digest(&found[k], &found[k - 1]) == 0;
            if (!same)
                image.names[image.name_count++] = keep_name(sweep, found[k].name);
        }
        *VEC_ADD(&sweep->images) = image;
        i = end;
    }
    if (sweep->images.count)
        qsort(sweep->images.items, sweep->images.count, sizeof(struct sweep_image), by_name);
}

/* ---- age ---- */

static void read_created(void *context, size_t index)
{
    struct listing *listing = context;
    struct sweep_image *image = &listing->sweep->images.items[index];
    struct arena arena = {0};
    struct registry_document document;
    AUTO_JSON *manifest = NULL;
    AUTO_JSON *config = NULL;
    struct str bytes;
    struct pl_err ignored; /* the scan meets it again */
    struct repository *repository =
        registry_repository(listing->client, listing->options->host, image->names[0].repository);
    if (repository_manifest(repository, image->digest, &arena, &document, &ignored) == 0 &&
        json_document(document.bytes, &manifest, &ignored) == 0 &&
        digest_is_valid(json_text(json_member(manifest, "config"), "digest")) &&
        repository_blob(repository, json_text(json_member(manifest, "config"), "digest"),
                        LIMIT_MANIFEST, &arena, &bytes, &ignored) == 0 &&
        json_document(bytes, &config, &ignored) == 0) {
        pthread_mutex_lock(&listing->lock);
        image->created = arena_str(&listing->sweep->arena, json_text(config, "created"));
        pthread_mutex_unlock(&listing->lock);
    }
    arena_free(&arena);
}

/* How many images of the same repository were made later. Those of one stand together. */
static size_t newer_ones(const struct sweep *sweep, const struct sweep_image *image, int64_t made)
{
    const struct sweep_image *first = sweep->images.items, *end = first + sweep->images.count;
    struct str repository = image->names[0].repository;
    const struct sweep_image *other = image;
    size_t count = 0;
    while (other > first && str_equal(other[-1].names[0].repository, repository))
        other--;
    for (; other < end && str_equal(other->names[0].repository, repository); other++) {
        int64_t when;
        if (other != image && str_equal(other->platform, image->platform) &&
            clock_parse(other->created, &when) && (when > made || (when == made && other < image)))
            count++;
    }
    return count;
}

/* An image that does not say when it was made is never passed over. */
static void drop_old(struct listing *listing)
{
    struct sweep *sweep = listing->sweep;
    const struct sweep_options *options = listing->options;
    bool *dropped = mem_zalloc(sweep->images.count + 1, sizeof(*dropped));
    size_t kept = 0;
    int64_t made, now = clock_now();
    for (size_t i = 0; i < sweep->images.count; i++) {
        const struct sweep_image *image = &sweep->images.items[i];
        if (!clock_parse(image->created, &made))
            continue;
        bool old = options->max_age && now - made > (int64_t)options->max_age;
        bool beyond = !old && options->newest && newer_ones(sweep, image, made) >= options->newest;
        dropped[i] = old || beyond;
        sweep->too_old += old;
        sweep->beyond_newest += beyond;
    }
    for (size_t i = 0; i < sweep->images.count; i++)
        if (!dropped[i])
            sweep->images.items[kept++] = sweep->images.items[i];
    sweep->images.count = kept;
    free(dropped);
}

int sweep_list(const struct sweep_options *options, struct registry *client, struct sweep *sweep,
               struct pl_err *err)
{
    struct listing listing = {.options = options, .client = client, .sweep = sweep};
    pthread_mutex_init(&listing.lock, NULL);
    listing.platform =
        options->scan->platform.len ? options->scan->platform : index_own_platform(&listing.arena);
    int r = list_repositories(&listing, err);
    if (r == 0) {
        parallel_each(listing.repositories.count, jobs_of(&listing), list_tags, &listing);
        sweep->repositories = listing.repositories.count;
        sweep->tags = listing.tags.count;
        listing.done = 0;
        parallel_each(listing.tags.count, jobs_of(&listing), resolve_tag, &listing);
        make_images(&listing);
        if (options->max_age || options->newest) {
            parallel_each(sweep->images.count, jobs_of(&listing), read_created, &listing);
            drop_old(&listing);
        }
    }
    VEC_FREE(&listing.repositories);
    VEC_FREE(&listing.tags);
    VEC_FREE(&listing.found);
    arena_free(&listing.arena);
    pthread_mutex_destroy(&listing.lock);
    return r;
}
