/* What a registry tells in small documents: manifests, configs, lists. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "io/json_doc.h"
#include "registry/internal.h"

static const struct str MANIFEST_TYPES[] = {
    {"Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
     "application/vnd.docker.distribution.manifest.list.v2+json, "
     "application/vnd.docker.distribution.manifest.v2+json, */*;q=0.1",
     213},
};

static int check_document(const struct exchange *answer, struct str asked, struct str got,
                          struct pl_err *err)
{
    if (digest_is_valid(asked) && !str_equal(asked, got))
        return err_set(err, PL_E_DIGEST,
                       "the registry sends other bytes for %.*s: their digest is %.*s",
                       STR_ARG(asked), STR_ARG(got));
    if (digest_is_valid(answer->digest) && !str_equal(answer->digest, got))
        return err_set(err, PL_E_DIGEST,
                       "the registry says that the manifest is %.*s, but its bytes have %.*s",
                       STR_ARG(answer->digest), STR_ARG(got));
    return 0;
}

int repository_manifest(struct repository *repository, struct str tag_or_digest,
                        struct arena *arena, struct registry_document *ret_document,
                        struct pl_err *err)
{
    AUTO_EXCHANGE answer = {0};
    char digest[DIGEST_TEXT];
    struct registry_call call = {
        .method = "GET",
        .path = arena_printf(arena, "manifests/%.*s", STR_ARG(tag_or_digest)),
        .headers = MANIFEST_TYPES,
        .header_count = ARRAY_LEN(MANIFEST_TYPES),
        .max_body = LIMIT_MANIFEST,
        .mirrors = true,
    };
    int r = repository_request(repository, &call, &answer, err);
    if (r < 0)
        return r;
    struct str what =
        arena_printf(arena, "%s %.*s", digest_is_valid(tag_or_digest) ? "manifest" : "tag",
                     STR_ARG(tag_or_digest));
    if (answer.status != 200)
        return repository_refused(repository, &answer, what, err);
    sha256_of(buf_str(&answer.body), digest);
    r = check_document(&answer, tag_or_digest, str_of(digest), err);
    if (r < 0)
        return r;
    struct str type = str_trim(str_first(answer.content_type, str_index(answer.content_type, ';')));
    *ret_document = (struct registry_document){
        .bytes = arena_str(arena, buf_str(&answer.body)),
        .digest = arena_str(arena, str_of(digest)),
        .media_type = arena_str(arena, type),
    };
    return 0;
}

int repository_blob(struct repository *repository, struct str digest, uint64_t most,
                    struct arena *arena, struct str *ret_bytes, struct pl_err *err)
{
    AUTO_EXCHANGE answer = {0};
    struct registry_call call = {
        .method = "GET",
        .path = arena_printf(arena, "blobs/%.*s", STR_ARG(digest)),
        .max_body = most,
        .mirrors = true,
    };
    int r = repository_request(repository, &call, &answer, err);
    if (r < 0)
        return r;
    if (answer.status != 200)
        return repository_refused(repository, &answer,
                                  arena_printf(arena, "blob %.*s", STR_ARG(digest)), err);
    *ret_bytes = arena_str(arena, buf_str(&answer.body));
    return 0;
}

/* ---- lists ---- */

/* The address of rel="next": RFC 8288, section 3. */
static struct str next_link(struct str link)
{
    while (link.len) {
        size_t open = str_index(link, '<'), close = str_index(link, '>');
        if (open == SIZE_MAX || close == SIZE_MAX || close < open)
            return STR_NONE;
        struct str address = str_make(link.data + open + 1, close - open - 1);
        link = str_from(link, close + 1);
        size_t end = str_index(link, '<');
        struct str parameters = str_first(link, end);
        if (str_find(parameters, STR("rel=\"next\"")) != SIZE_MAX ||
            str_find(parameters, STR("rel=next")) != SIZE_MAX)
            return address;
        link = end == SIZE_MAX ? STR_NONE : str_from(link, end);
    }
    return STR_NONE;
}

/* What of an address stands behind the host: lists are asked for where they were begun. */
static struct str local_part(struct str address)
{
    size_t scheme = str_find(address, STR("://"));
    if (scheme == SIZE_MAX)
        return address.len && address.data[0] == '/' ? address : STR_NONE;
    struct str rest = str_from(address, scheme + 3);
    size_t slash = str_index(rest, '/');
    return slash == SIZE_MAX ? STR_NONE : str_from(rest, slash);
}

struct list {
    struct repository *repository;
    const char *member; /* of each page's object: an array */
    struct str what;
    int (*take)(void *context, const json_t *item, struct pl_err *err);
    void *context;
    uint64_t count, most;
    const char *limit;
};

static int take_page(struct list *list, struct str bytes, struct pl_err *err)
{
    AUTO_JSON *page = NULL;
    size_t index;
    json_t *item;
    int r = json_document(bytes, &page, err);
    if (r < 0)
        return r;
    json_array_foreach(json_list(page, list->member), index, item)
    {
        if (++list->count > list->most)
            return err_limit(err, list->limit, "%.*s has more than %s (%llu) entries",
                             STR_ARG(list->what), list->limit, (unsigned long long)list->most);
        r = list->take(list->context, item, err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* All pages. The answer of the first one that is not 200 is in `ret_answer`. */
static int read_list(struct list *list, struct str path, struct exchange *ret_answer,
                     struct pl_err *err)
{
    struct arena arena = {0};
    struct registry_call call = {.method = "GET", .path = path, .max_body = LIMIT_REGISTRY_LIST};
    int r = 0;
    for (uint64_t pages = 0; r == 0; pages++) {
        if (pages > LIMIT_REGISTRY_PAGES)
            r = err_limit(err, LIMIT_NAME(LIMIT_REGISTRY_PAGES),
                          "%.*s has more than LIMIT_REGISTRY_PAGES (%llu) pages",
                          STR_ARG(list->what), LIMIT_REGISTRY_PAGES);
        if (r == 0)
            r = repository_request(list->repository, &call, ret_answer, err);
        if (r < 0 || ret_answer->status != 200)
            break;
        r = take_page(list, buf_str(&ret_answer->body), err);
        struct str next = local_part(next_link(ret_answer->link));
        if (next.len == 0 || str_equal(next, call.location))
            break;
        call.location = arena_str(&arena, next);
    }
    arena_free(&arena);
    return r < 0 ? err_prefix(err, "%.*s", STR_ARG(list->what)) : 0;
}

struct names {
    registry_take_name *take;
    void *context;
};

static int take_name(void *context, const json_t *item, struct pl_err *err)
{
    const struct names *names = context;
    struct str name = json_value_text(item);
    return name.len ? names->take(names->context, name, err) : 0;
}

int repository_tags(struct repository *repository, registry_take_name *take, void *context,
                    struct pl_err *err)
{
    AUTO_EXCHANGE answer = {0};
    struct names names = {take, context};
    struct arena arena = {0};
    struct list list = {
        .repository = repository,
        .member = "tags",
        .what = arena_printf(&arena, "tags of %.*s", STR_ARG(repository->name)),
        .take = take_name,
        .context = &names,
        .most = LIMIT_REGISTRY_NAMES,
        .limit = LIMIT_NAME(LIMIT_REGISTRY_NAMES),
    };
    int r = read_list(&list, STR("tags/list?n=1000"), &answer, err);
    if (r == 0 && answer.status != 200)
        r = repository_refused(repository, &answer, list.what, err);
    arena_free(&arena);
    return r;
}

int registry_repositories(struct registry *registry, struct str host, registry_take_name *take,
                          void *context, struct pl_err *err)
{
    AUTO_EXCHANGE answer = {0};
    struct names names = {take, context};
    struct list list = {
        .repository = registry_repository(registry, host, STR_NONE),
        .member = "repositories",
        .what = STR("the list of repositories"),
        .take = take_name,
        .context = &names,
        .most = LIMIT_REGISTRY_NAMES,
        .limit = LIMIT_NAME(LIMIT_REGISTRY_NAMES),
    };
    int r = read_list(&list, STR("_catalog?n=1000"), &answer, err);
    if (r == 0 && answer.status != 200)
        r = repository_refused(list.repository, &answer, list.what, err);
    return r;
}

/* ---- referrers ---- */

struct referrers {
    struct arena *arena;
    VEC(struct registry_referrer) items;
};

static int take_referrer(void *context, const json_t *item, struct pl_err *err)
{
    struct referrers *referrers = context;
    struct str digest = json_text(item, "digest");
    (void)err;
    if (!digest_is_valid(digest))
        return 0;
    *VEC_ADD(&referrers->items) = (struct registry_referrer){
        .digest = arena_str(referrers->arena, digest),
        .media_type = arena_str(referrers->arena, json_text(item, "mediaType")),
        .artifact_type = arena_str(referrers->arena, json_text(item, "artifactType")),
        .size = json_count(item, "size", UINT64_MAX),
    };
    return 0;
}

/* The tag schema: an index under the tag "sha256-HEX". */
static int read_by_tag(struct repository *repository, struct str digest, struct list *list,
                       struct pl_err *err)
{
    struct registry_document document;
    struct arena arena = {0};
    struct str tag = arena_printf(&arena, "sha256-%.*s", STR_ARG(str_from(digest, 7)));
    int r = repository_manifest(repository, tag, &arena, &document, err);
    if (r == 0)
        r = take_page(list, document.bytes, err);
    else if (r == -PL_E_NOT_FOUND)
        r = 0;
    arena_free(&arena);
    return r;
}

int repository_referrers(struct repository *repository, struct str digest, struct arena *arena,
                         struct registry_referrer **ret_items, size_t *ret_count,
                         struct pl_err *err)
{
    AUTO_EXCHANGE answer = {0};
    struct referrers referrers = {.arena = arena};
    struct list list = {
        .repository = repository,
        .member = "manifests",
        .what = STR("the list of what is attached"),
        .take = take_referrer,
        .context = &referrers,
        .most = LIMIT_REFERRERS,
        .limit = LIMIT_NAME(LIMIT_REFERRERS),
    };
    int r = read_list(&list, arena_printf(arena, "referrers/%.*s", STR_ARG(digest)), &answer, err);
    if (r == 0 && answer.status != 200)
        r = read_by_tag(repository, digest, &list, err);
    if (r == 0) {
        *ret_count = referrers.items.count;
        *ret_items = ARENA_ARRAY(arena, struct registry_referrer, *ret_count + 1);
        if (*ret_count)
            memcpy(*ret_items, referrers.items.items, *ret_count * sizeof(**ret_items));
    }
    VEC_FREE(&referrers.items);
    return r;
}
