/* Source: Maven, "Introduction to the POM" (inheritance, interpolation) and "Introduction to the
 * Dependency Mechanism" (dependency management, importing).
 *
 * Decisions:
 * - A parent is looked for at its relativePath ("../pom.xml" without one), and has to have the
 *   coordinates that the child names; else among all poms at hand by its coordinates, which is how
 * a local repository is found.
 * - What a parent inherits down is resolved with the child's properties, as Maven does; an imported
 *   BOM is resolved with its own.
 * - The child's entry goes before its parent's, and any of them before one that is imported. */
#include "catalog/pom_model.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/path.h"

/* A pom with its parents, itself first. */
struct lineage {
    const struct pom_file *files[LIMIT_POM_DEPTH];
    size_t count;
    struct str group, version; /* its own, or inherited */
};

struct managed {
    uint64_t key;
    size_t order;
    const struct pom_dependency *dependency;
    const struct lineage *lineage;
};

struct resolving {
    struct pom_models *models;
    VEC(struct managed) managed;
    struct pl_err *err;
};

/* ---- finding poms ---- */

static int by_key(const void *a, const void *b)
{
    const struct pom_file *x = *(const struct pom_file *const *)a,
                          *y = *(const struct pom_file *const *)b;
    int order = str_compare(x->key, y->key);
    return order ? order : str_compare(x->path, y->path);
}

static struct str key_of(struct arena *arena, struct str group, struct str artifact,
                         struct str version)
{
    return arena_printf(arena, "%.*s:%.*s:%.*s", STR_ARG(group), STR_ARG(artifact),
                        STR_ARG(version));
}

void pom_models_init(struct pom_models *models, struct pom_file *files, size_t count)
{
    *models = (struct pom_models){.files = files, .count = count, .steps_left = LIMIT_POM_STEPS};
    models->by_key = mem_zalloc(count + 1, sizeof(*models->by_key));
    for (size_t i = 0; i < count; i++) {
        struct pom *pom = &files[i].pom;
        files[i].key = key_of(&models->arena, pom->group.len ? pom->group : pom->parent_group,
                              pom->artifact, pom->version.len ? pom->version : pom->parent_version);
        models->by_key[i] = &files[i];
    }
    qsort(models->by_key, count, sizeof(*models->by_key), by_key);
}

void pom_models_free(struct pom_models *models)
{
    free(models->by_key);
    arena_free(&models->arena);
    arena_free(&models->work);
}

static size_t first_key(const struct pom_models *models, struct str key)
{
    size_t low = 0, high = models->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(models->by_key[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct pom_file *find_key(const struct pom_models *models, struct str key)
{
    size_t at = first_key(models, key);
    return at < models->count && str_equal(models->by_key[at]->key, key) ? models->by_key[at]
                                                                         : NULL;
}

bool pom_is_project(const struct pom_models *models, struct str group, struct str artifact)
{
    struct arena scratch = {0};
    struct str start = key_of(&scratch, group, artifact, STR_NONE);
    bool found = false;
    for (size_t at = first_key(models, start); at < models->count && !found; at++) {
        if (!str_starts(models->by_key[at]->key, start))
            break;
        found = str_is(path_base(models->by_key[at]->path), "pom.xml");
    }
    arena_free(&scratch);
    return found;
}

static const struct pom_file *find_path(const struct pom_models *models, struct str path)
{
    size_t low = 0, high = models->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(models->files[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < models->count && str_equal(models->files[low].path, path) ? &models->files[low]
                                                                           : NULL;
}

static const struct pom_file *find_relative(const struct pom_models *models,
                                            const struct pom_file *file)
{
    const struct pom *pom = &file->pom;
    AUTO_BUF raw = {0}, scratch = {0};
    bool escapes;
    struct str relative = pom->has_parent_path ? pom->parent_path : STR("../pom.xml");
    if (!relative.len)
        return NULL;
    buf_printf(&raw, "%.*s/%.*s", STR_ARG(path_dir(file->path)), STR_ARG(relative));
    const struct pom_file *parent =
        find_path(models, path_clean(buf_str(&raw), &scratch, &escapes));
    if (!parent && pom->has_parent_path) {
        buf_puts(&raw, "/pom.xml");
        parent = find_path(models, path_clean(buf_str(&raw), &scratch, &escapes));
    }
    /* Maven passes over one that is another project's. */
    if (!parent || !str_equal(parent->pom.artifact, pom->parent_artifact))
        return NULL;
    return parent;
}

static const struct pom_file *find_parent(struct pom_models *models, const struct pom_file *file)
{
    const struct pom *pom = &file->pom;
    if (!pom->has_parent)
        return NULL;
    const struct pom_file *parent = find_relative(models, file);
    return parent ? parent
                  : find_key(models, key_of(&models->work, pom->parent_group, pom->parent_artifact,
                                            pom->parent_version));
}

static struct lineage *lineage_of(struct pom_models *models, const struct pom_file *file)
{
    struct lineage *lineage = ARENA_NEW(&models->work, struct lineage);
    for (; file && lineage->count < LIMIT_POM_DEPTH; file = find_parent(models, file)) {
        const struct pom *pom = &file->pom;
        lineage->files[lineage->count++] = file;
        if (!lineage->group.len)
            lineage->group = pom->group.len ? pom->group : pom->parent_group;
        if (!lineage->version.len)
            lineage->version = pom->version.len ? pom->version : pom->parent_version;
    }
    return lineage;
}

/* ---- properties ---- */

static bool take_steps(struct pom_models *models, uint64_t count)
{
    if (models->steps_left < count) {
        models->steps_left = 0;
        return false;
    }
    models->steps_left -= count;
    return true;
}

static bool built_in(const struct lineage *lineage, struct str name, struct str *ret)
{
    const struct pom *pom = &lineage->files[0]->pom;
    const struct {
        const char *name;
        struct str value;
    } values[] = {
        {"version", lineage->version},         {"groupId", lineage->group},
        {"artifactId", pom->artifact},         {"parent.version", pom->parent_version},
        {"parent.groupId", pom->parent_group}, {"parent.artifactId", pom->parent_artifact},
        {"packaging", pom->packaging},
    };
    if (str_starts(name, STR("project.")))
        name = str_from(name, 8);
    else if (str_starts(name, STR("pom.")))
        name = str_from(name, 4);
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        if (str_is(name, values[i].name)) {
            *ret = values[i].value;
            return values[i].value.len != 0;
        }
    return false;
}

static bool find_property(struct pom_models *models, const struct lineage *lineage, struct str name,
                          struct str *ret)
{
    for (size_t i = 0; i < lineage->count; i++) {
        const struct pom *pom = &lineage->files[i]->pom;
        if (!take_steps(models, pom->properties.count + 1))
            return false;
        for (size_t j = pom->properties.count; j-- > 0;) /* the last of a file counts */
            if (str_equal(pom->properties.items[j].name, name)) {
                *ret = pom->properties.items[j].value;
                return true;
            }
    }
    return built_in(lineage, name, ret);
}

/* False when a property is not known, when they go round in circles, or grow without end. */
static bool expand(struct pom_models *models, const struct lineage *lineage, struct str text,
                   int *left, struct buf *out)
{
    for (;;) {
        size_t start = str_find(text, STR("${"));
        buf_add(out, str_first(text, start));
        if (start == SIZE_MAX)
            return out->len <= LIMIT_FIELD;
        text = str_from(text, start + 2);
        size_t end = str_index(text, '}');
        struct str value;
        if (end == SIZE_MAX || (*left)-- <= 0 || out->len > LIMIT_FIELD ||
            !find_property(models, lineage, str_first(text, end), &value) ||
            !expand(models, lineage, value, left, out))
            return false;
        text = str_from(text, end + 1);
    }
}

/* Empty when it can't be told. */
static struct str resolve(struct pom_models *models, const struct lineage *lineage, struct str text)
{
    AUTO_BUF out = {0};
    int left = LIMIT_POM_PROPERTIES;
    if (str_find(text, STR("${")) == SIZE_MAX)
        return text;
    if (!expand(models, lineage, text, &left, &out))
        return STR_NONE;
    return arena_str(&models->work, str_trim(buf_str(&out)));
}

/* ---- dependency management ---- */

static uint64_t dependency_key(struct pom_models *models, const struct lineage *lineage,
                               const struct pom_dependency *dependency)
{
    AUTO_BUF key = {0};
    struct str type = dependency->type.len ? dependency->type : STR("jar");
    const struct str parts[] = {dependency->group, dependency->artifact, type,
                                dependency->classifier};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        buf_add(&key, resolve(models, lineage, parts[i]));
        buf_putc(&key, ':');
    }
    return hash_str(buf_str(&key));
}

static int too_much(struct pl_err *err)
{
    return err_limit(
        err, LIMIT_NAME(LIMIT_POM_STEPS),
        "resolving the POMs takes more than LIMIT_POM_STEPS (%llu) steps; this one and "
        "those behind it are left out",
        LIMIT_POM_STEPS);
}

static bool is_import(const struct pom_dependency *dependency)
{
    return str_is(dependency->scope, "import");
}

static int manage(struct resolving *all, const struct lineage *lineage, int depth);

static int import(struct resolving *all, const struct lineage *lineage,
                  const struct pom_dependency *dependency, int depth)
{
    struct pom_models *models = all->models;
    struct str key = key_of(&models->work, resolve(models, lineage, dependency->group),
                            resolve(models, lineage, dependency->artifact),
                            resolve(models, lineage, dependency->version));
    const struct pom_file *bom = find_key(models, key);
    return bom && depth < LIMIT_POM_DEPTH ? manage(all, lineage_of(models, bom), depth + 1) : 0;
}

static int manage(struct resolving *all, const struct lineage *lineage, int depth)
{
    struct pom_models *models = all->models;
    for (int imports = 0; imports < 2; imports++)
        for (size_t i = 0; i < lineage->count; i++) {
            const struct pom *pom = &lineage->files[i]->pom;
            if (!take_steps(models, pom->dependencies.count + 1))
                return too_much(all->err);
            for (size_t j = 0; j < pom->dependencies.count; j++) {
                const struct pom_dependency *dependency = &pom->dependencies.items[j];
                if (!dependency->managed || is_import(dependency) != imports)
                    continue;
                if (!imports)
                    *VEC_ADD(&all->managed) =
                        (struct managed){dependency_key(models, lineage, dependency),
                                         all->managed.count, dependency, lineage};
                else if (import(all, lineage, dependency, depth) < 0)
                    return -PL_E_LIMIT;
            }
        }
    return 0;
}

static int by_managed_key(const void *a, const void *b)
{
    const struct managed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static const struct managed *find_managed(const struct resolving *all, uint64_t key)
{
    size_t low = 0, high = all->managed.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->managed.items[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < all->managed.count && all->managed.items[low].key == key ? &all->managed.items[low]
                                                                          : NULL;
}

/* ---- all of it ---- */

static void add_dependency(struct resolving *all, const struct lineage *lineage,
                           const struct pom_dependency *dependency, struct pom_effective *ret)
{
    struct pom_models *models = all->models;
    struct pom_dependency is = *dependency;
    const struct managed *managed = find_managed(all, dependency_key(models, lineage, dependency));
    is.group = resolve(models, lineage, dependency->group);
    is.artifact = resolve(models, lineage, dependency->artifact);
    is.version = resolve(models, lineage, dependency->version);
    is.scope = resolve(models, lineage, dependency->scope);
    if (managed && !dependency->version.len)
        is.version = resolve(models, managed->lineage, managed->dependency->version);
    if (managed && !dependency->scope.len)
        is.scope = resolve(models, managed->lineage, managed->dependency->scope);
    *VEC_ADD(&ret->dependencies) = is;
}

static int add_dependencies(struct resolving *all, const struct lineage *lineage,
                            struct pom_effective *ret)
{
    /* What a child says of a dependency takes the place of what its parent says. */
    VEC(uint64_t) seen = {0};
    int r = 0;
    for (size_t i = 0; i < lineage->count && r == 0; i++) {
        const struct pom *pom = &lineage->files[i]->pom;
        for (size_t j = 0; j < pom->dependencies.count && r == 0; j++) {
            const struct pom_dependency *dependency = &pom->dependencies.items[j];
            if (dependency->managed)
                continue;
            if (!take_steps(all->models, seen.count + 1)) {
                r = too_much(all->err);
                break;
            }
            uint64_t key = dependency_key(all->models, lineage, dependency);
            bool again = false;
            for (size_t k = 0; k < seen.count && !again; k++)
                again = seen.items[k] == key;
            if (again)
                continue;
            *VEC_ADD(&seen) = key;
            add_dependency(all, lineage, dependency, ret);
        }
    }
    VEC_FREE(&seen);
    return r;
}

int pom_resolve(struct pom_models *models, const struct pom_file *file, struct pom_effective *ret,
                struct pl_err *err)
{
    struct resolving all = {.models = models, .err = err};
    arena_free(&models->work);
    const struct lineage *lineage = lineage_of(models, file);
    *ret = (struct pom_effective){
        .group = resolve(models, lineage, lineage->group),
        .artifact = resolve(models, lineage, file->pom.artifact),
        .version = resolve(models, lineage, lineage->version),
    };
    int r = manage(&all, lineage, 0);
    if (r == 0 && all.managed.count)
        qsort(all.managed.items, all.managed.count, sizeof(all.managed.items[0]), by_managed_key);
    if (r == 0)
        r = add_dependencies(&all, lineage, ret);
    if (r == 0 && !models->steps_left)
        r = too_much(err);
    VEC_FREE(&all.managed);
    return r;
}
