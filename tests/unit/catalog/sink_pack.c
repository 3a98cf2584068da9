/* What catalogers found as bytes, and back. */
#include "catalog/sink_pack.h"

#include "test.h"

/* Every byte of a package is part of some field, so that a field that is forgotten shows: all are
 * filled, none with what an empty package has. */
static void fill_package(struct arena *arena, struct package *package)
{
    struct str *fields[] = {
        &package->name,           &package->version,    &package->arch,   &package->source_name,
        &package->source_version, &package->qualifiers, &package->module, &package->vendor,
        &package->purl,           &package->inner,      &package->sha1};
    struct str **lists[] = {&package->cpes,  &package->licenses, &package->hashes,
                            &package->needs, &package->provides, &package->paths};
    size_t *counts[] = {&package->cpe_count,  &package->license_count, &package->hash_count,
                        &package->need_count, &package->provide_count, &package->path_count};
    *package = (struct package){
        .type = PACKAGE_WORDPRESS_PLUGIN,
        .origin = PACKAGE_DECLARED,
        .unordered = true,
        .development = true,
        .layer = 5,
        .file_layer = LAYER_NONE,
        .owner = 12345678901,
        .in_use = 1,
        .cataloger = catalogers[1]->name,
        .depend_count = 2,
        .depends = ARENA_ARRAY(arena, size_t, 2),
    };
    package->depends[1] = SIZE_MAX - 3;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        *fields[i] = arena_printf(arena, "field %zu", i);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        *counts[i] = i + 1;
        *lists[i] = ARENA_ARRAY(arena, struct str, i + 1);
        for (size_t k = 0; k <= i; k++)
            (*lists[i])[k] = arena_printf(arena, "list %zu item %zu", i, k);
    }
}

static void check_list(const struct str *a, size_t a_count, const struct str *b, size_t b_count)
{
    CHECK_INT(b_count, a_count);
    for (size_t i = 0; i < a_count && i < b_count; i++)
        CHECK(str_equal(a[i], b[i]));
}

static void check_package(const struct package *a, const struct package *b)
{
    CHECK(a->type == b->type && a->origin == b->origin);
    CHECK(a->unordered == b->unordered && a->development == b->development);
    CHECK(str_equal(a->name, b->name) && str_equal(a->version, b->version));
    CHECK(str_equal(a->arch, b->arch) && str_equal(a->source_name, b->source_name));
    CHECK(str_equal(a->source_version, b->source_version));
    CHECK(str_equal(a->qualifiers, b->qualifiers) && str_equal(a->module, b->module));
    CHECK(str_equal(a->vendor, b->vendor) && str_equal(a->purl, b->purl));
    CHECK(str_equal(a->inner, b->inner) && str_equal(a->sha1, b->sha1));
    check_list(a->cpes, a->cpe_count, b->cpes, b->cpe_count);
    check_list(a->licenses, a->license_count, b->licenses, b->license_count);
    check_list(a->hashes, a->hash_count, b->hashes, b->hash_count);
    check_list(a->needs, a->need_count, b->needs, b->need_count);
    check_list(a->provides, a->provide_count, b->provides, b->provide_count);
    check_list(a->paths, a->path_count, b->paths, b->path_count);
    CHECK_INT(b->depend_count, a->depend_count);
    for (size_t i = 0; i < a->depend_count && i < b->depend_count; i++)
        CHECK(a->depends[i] == b->depends[i]);
    CHECK(a->layer == b->layer && a->file_layer == b->file_layer);
    CHECK(a->owner == b->owner && a->in_use == b->in_use && a->cataloger == b->cataloger);
}

static void keeps_every_field(void)
{
    struct arena arena = {0};
    struct package package, again;
    AUTO_BUF buf = {0};
    fill_package(&arena, &package);
    package_pack(&package, &buf);
    struct unpack unpack = unpack_begin(buf_str(&buf));
    package_unpack(&unpack, &arena, &again);
    CHECK(unpack_ended(&unpack));
    check_package(&package, &again);
    arena_free(&arena);
}

static void keeps_what_is_not_there(void)
{
    struct arena arena = {0};
    struct package package = {.layer = LAYER_NONE, .owner = OWNER_NONE, .in_use = -1}, again;
    AUTO_BUF buf = {0};
    package_pack(&package, &buf);
    struct unpack unpack = unpack_begin(buf_str(&buf));
    package_unpack(&unpack, &arena, &again);
    CHECK(unpack_ended(&unpack));
    check_package(&package, &again);
    CHECK(again.paths == NULL && again.depends == NULL);
    arena_free(&arena);
}

static void fill_sink(struct catalog_sink *sink)
{
    sink->path = STR("var/lib/dpkg/status");
    for (size_t i = 0; i < 3; i++) {
        struct package *package = ARENA_NEW(sink->arena, struct package);
        fill_package(sink->arena, package);
        *VEC_ADD(&sink->packages) = package;
        *VEC_ADD(&sink->problems) = (struct catalog_problem){
            .where = sink->path, .message = STR("m"), .local = STR("\xe9"), .error = i == 1};
        *VEC_ADD(&sink->owners) = (struct catalog_owner){STR("bash"), PACKAGE_RPM};
        *VEC_ADD(&sink->owned) =
            (struct catalog_owned){UINT64_MAX - i, {CHECKSUM_SHA256, 1ULL << 63 | i}, (uint32_t)i};
    }
    catalog_keep(sink, STR(""));
}

static void check_sink(const struct catalog_sink *a, const struct catalog_sink *b)
{
    CHECK(str_equal(a->path, b->path) && str_equal(a->kept, b->kept));
    CHECK(a->has_kept == b->has_kept);
    CHECK_INT(b->packages.count, a->packages.count);
    CHECK_INT(b->problems.count, a->problems.count);
    CHECK_INT(b->owners.count, a->owners.count);
    CHECK_INT(b->owned.count, a->owned.count);
    for (size_t i = 0; i < 3 && i < b->owned.count; i++) {
        check_package(a->packages.items[i], b->packages.items[i]);
        const struct catalog_problem *p = &a->problems.items[i], *q = &b->problems.items[i];
        CHECK(str_equal(p->where, q->where) && str_equal(p->message, q->message));
        CHECK(str_equal(p->local, q->local) && p->error == q->error && !q->limit);
        CHECK(str_equal(a->owners.items[i].package, b->owners.items[i].package));
        CHECK(a->owners.items[i].type == b->owners.items[i].type);
        CHECK(a->owned.items[i].path == b->owned.items[i].path);
        CHECK(a->owned.items[i].checksum.kind == b->owned.items[i].checksum.kind);
        CHECK(a->owned.items[i].checksum.start == b->owned.items[i].checksum.start);
        CHECK(a->owned.items[i].owner == b->owned.items[i].owner);
    }
}

static void keeps_a_sink(void)
{
    struct arena arena = {0};
    struct catalog_sink sink = {.arena = &arena}, again = {.arena = &arena};
    AUTO_BUF buf = {0};
    fill_sink(&sink);
    CHECK(catalog_sink_is_repeatable(&sink));
    catalog_sink_pack(&sink, &buf);
    struct unpack unpack = unpack_begin(buf_str(&buf));
    catalog_sink_unpack(&unpack, &again);
    CHECK(unpack_ended(&unpack));
    check_sink(&sink, &again);
    catalog_sink_free(&sink);
    catalog_sink_free(&again);
    arena_free(&arena);
}

/* What may be otherwise another time is not kept. */
static void tells_what_passes(void)
{
    static const struct {
        enum pl_code code;
        const char *limit;
        bool repeatable;
    } cases[] = {
        {PL_E_FORMAT, NULL, true},
        {PL_E_UNSUPPORTED, NULL, true},
        {PL_E_IO, NULL, false},
        {PL_E_NOT_FOUND, NULL, false},
        {PL_E_LIMIT, "LIMIT_LINE", false},
        {PL_E_FORMAT, "LIMIT_FIELD", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct catalog_sink sink = {.arena = &arena};
        struct pl_err problem;
        err_set(&problem, cases[i].code, "x");
        problem.limit = cases[i].limit;
        catalog_add_problem(&sink, &problem);
        if (catalog_sink_is_repeatable(&sink) != cases[i].repeatable)
            FAIL("case %zu", i);
        catalog_sink_free(&sink);
        arena_free(&arena);
    }
    struct catalog_sink left_out = {.problems_left_out = 1}, full = {.full = true};
    CHECK(!catalog_sink_is_repeatable(&left_out));
    CHECK(!catalog_sink_is_repeatable(&full));
}

/* Owned files lead to owners, packages have a cataloger that there is. */
static void check_usable(struct str bytes, bool whole)
{
    struct arena arena = {0};
    struct catalog_sink sink = {.arena = &arena};
    struct unpack unpack = unpack_begin(bytes);
    catalog_sink_unpack(&unpack, &sink);
    CHECK(whole || !unpack_ended(&unpack));
    for (size_t i = 0; unpack_ended(&unpack) && i < sink.owned.count; i++)
        CHECK(sink.owned.items[i].owner < sink.owners.count);
    for (size_t i = 0; unpack_ended(&unpack) && i < sink.packages.count; i++)
        CHECK(sink.packages.items[i]->type < PACKAGE_TYPE_COUNT);
    catalog_sink_free(&sink);
    arena_free(&arena);
}

static void stands_damage(void)
{
    struct arena arena = {0};
    struct catalog_sink sink = {.arena = &arena};
    AUTO_BUF buf = {0};
    fill_sink(&sink);
    catalog_sink_pack(&sink, &buf);
    for (size_t len = 0; len < buf.len; len++) {
        AUTO_BUF cut = {0};
        buf_add(&cut, str_first(buf_str(&buf), len));
        check_usable(buf_str(&cut), false);
    }
    for (size_t bit = 0; bit < buf.len * 8; bit++) {
        buf.data[bit / 8] = (char)(buf.data[bit / 8] ^ (1 << bit % 8));
        check_usable(buf_str(&buf), true);
        buf.data[bit / 8] = (char)(buf.data[bit / 8] ^ (1 << bit % 8));
    }
    catalog_sink_free(&sink);
    arena_free(&arena);
}

int main(void)
{
    RUN(keeps_every_field);
    RUN(keeps_what_is_not_there);
    RUN(keeps_a_sink);
    RUN(tells_what_passes);
    RUN(stands_damage);
    return test_end();
}
