/* Source: Maven's "POM Reference" and maven-4.0.0.xsd. Profiles are not active: what they add is
 * left out. */
#include "catalog/pom.h"

#include "base/buf.h"
#include "base/limits.h"
#include "io/xml.h"

enum { PARTS_MAX = 8 };

struct reading {
    struct arena *arena;
    struct pom *pom;
    struct buf path; /* "project/dependencies/dependency" */
    bool full;
};

static const char dependencies[] = "project/dependencies/dependency";
static const char managed[] = "project/dependencyManagement/dependencies/dependency";
static const char properties[] = "project/properties/";

/* "/" and the last name behind this path; empty: the path is another one's. */
static struct str name_below(struct str path, const char *folder)
{
    size_t slash = str_last_index(path, '/');
    return slash != SIZE_MAX && str_is(str_first(path, slash), folder) ? str_from(path, slash + 1)
                                                                       : STR_NONE;
}

static bool start(void *context, struct str name, const char **attributes)
{
    struct reading *reading = context;
    (void)attributes;
    if (reading->path.len)
        buf_putc(&reading->path, '/');
    buf_add(&reading->path, name);
    struct str path = buf_str(&reading->path);
    struct pom *pom = reading->pom;
    bool is_managed = str_is(path, managed);
    if (is_managed || str_is(path, dependencies)) {
        if (pom->dependencies.count < LIMIT_POM_ITEMS)
            *VEC_ADD(&pom->dependencies) = (struct pom_dependency){.managed = is_managed};
        else
            reading->full = true;
    }
    if (str_is(path, "project/parent"))
        pom->has_parent = true;
    return true;
}

static struct str *project_field(struct pom *pom, struct str path)
{
    const struct {
        const char *path;
        struct str *field;
    } fields[] = {
        {"project/groupId", &pom->group},
        {"project/artifactId", &pom->artifact},
        {"project/version", &pom->version},
        {"project/packaging", &pom->packaging},
        {"project/parent/groupId", &pom->parent_group},
        {"project/parent/artifactId", &pom->parent_artifact},
        {"project/parent/version", &pom->parent_version},
        {"project/parent/relativePath", &pom->parent_path},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (str_is(path, fields[i].path))
            return fields[i].field;
    return NULL;
}

static struct str *dependency_field(struct pom_dependency *dependency, struct str name)
{
    const struct {
        const char *name;
        struct str *field;
    } fields[] = {
        {"groupId", &dependency->group},   {"artifactId", &dependency->artifact},
        {"version", &dependency->version}, {"scope", &dependency->scope},
        {"type", &dependency->type},       {"classifier", &dependency->classifier},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (str_is(name, fields[i].name))
            return fields[i].field;
    return NULL;
}

static void take_dependency(struct reading *reading, struct str name, struct str text)
{
    struct pom *pom = reading->pom;
    if (!pom->dependencies.count || reading->full)
        return;
    struct pom_dependency *last = &pom->dependencies.items[pom->dependencies.count - 1];
    struct str *field = dependency_field(last, name);
    if (field)
        *field = arena_str(reading->arena, text);
    else if (str_is(name, "optional"))
        last->optional = str_is(text, "true");
}

static void take_text(struct reading *reading, struct str path, struct str text)
{
    struct pom *pom = reading->pom;
    struct str *field = project_field(pom, path);
    struct str name = name_below(path, dependencies);
    if (field) {
        *field = arena_str(reading->arena, text);
        pom->has_parent_path |= field == &pom->parent_path;
        return;
    }
    if (!name.len)
        name = name_below(path, managed);
    if (name.len) {
        take_dependency(reading, name, text);
    } else if (str_starts(path, STR(properties))) {
        name = name_below(path, "project/properties");
        if (name.len && pom->properties.count < LIMIT_POM_ITEMS)
            *VEC_ADD(&pom->properties) = (struct pom_property){arena_str(reading->arena, name),
                                                               arena_str(reading->arena, text)};
        else if (name.len)
            reading->full = true;
    } else if (str_is(path, "project/licenses/license/name") && text.len &&
               pom->licenses.count < PARTS_MAX) {
        *VEC_ADD(&pom->licenses) = arena_str(reading->arena, text);
    }
}

static void end(void *context, struct str name, struct str text)
{
    struct reading *reading = context;
    size_t cut = name.len + (reading->path.len > name.len);
    take_text(reading, buf_str(&reading->path), text);
    reading->path.len -= cut;
}

int pom_read(struct str text, struct arena *arena, struct pom *ret, struct pl_err *err)
{
    struct reading reading = {.arena = arena, .pom = ret};
    struct xml_reader reader = {
        .text = text, .start = start, .end = end, .context = &reading, .other_entities = true};
    *ret = (struct pom){0};
    int r = xml_read(&reader, err);
    buf_free(&reading.path);
    if (r == 0 && reading.full)
        r = err_limit(err, LIMIT_NAME(LIMIT_POM_ITEMS),
                      "the POM has more dependencies or properties than LIMIT_POM_ITEMS allows "
                      "(%llu)",
                      LIMIT_POM_ITEMS);
    if (r < 0)
        pom_free(ret);
    return r;
}

void pom_free(struct pom *pom)
{
    VEC_FREE(&pom->dependencies);
    VEC_FREE(&pom->properties);
    VEC_FREE(&pom->licenses);
}
