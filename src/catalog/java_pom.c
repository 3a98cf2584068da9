/* Reads pom.xml: what Maven projects ask for, with what their parents and BOMs say
 * (pom_model.c). *.pom files of a local repository are read for those alone.
 *
 * Decisions:
 * - Only a dependency whose exact version is known is a package: "1.2" and "[1.2]" are; ranges,
 *   LATEST, and what a parent says that is not at hand, are not.
 * - scope test is development; the others (compile, runtime, provided, system) are not. Other
 *   projects of the same tree are no packages that it asks for. Profiles, plugins and what
 *   dependencies bring along themselves are left out.
 * - A damaged *.pom is as if it were not there: Maven passes over it, too. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/cataloger.h"
#include "catalog/pom_model.h"

/* ---- kept between read and finish: lines of fields apart by tabs ---- */

static void put_field(struct buf *out, struct str field)
{
    for (size_t i = 0; i < field.len; i++) {
        char c = field.data[i];
        buf_putc(out, c == '\t' || c == '\n' || c == '\r' ? ' ' : c);
    }
    buf_putc(out, '\t');
}

static void put_line(struct buf *out, char kind, const struct str *fields, size_t count)
{
    buf_putc(out, kind);
    for (size_t i = 0; i < count; i++)
        put_field(out, fields[i]);
    buf_putc(out, '\n');
}

static void put_pom(struct buf *out, const struct pom *pom)
{
    const struct str own[] = {pom->group, pom->artifact, pom->version, pom->packaging};
    const struct str parent[] = {pom->parent_group, pom->parent_artifact, pom->parent_version,
                                 pom->parent_path};
    put_line(out, 'p', own, ARRAY_LEN(own));
    if (pom->has_parent)
        put_line(out, pom->has_parent_path ? 'r' : 'u', parent, ARRAY_LEN(parent));
    for (size_t i = 0; i < pom->properties.count; i++) {
        const struct str property[] = {pom->properties.items[i].name,
                                       pom->properties.items[i].value};
        put_line(out, 'v', property, ARRAY_LEN(property));
    }
    for (size_t i = 0; i < pom->dependencies.count; i++) {
        const struct pom_dependency *is = &pom->dependencies.items[i];
        const struct str fields[] = {is->group, is->artifact, is->version,
                                     is->scope, is->type,     is->classifier};
        put_line(out, is->managed ? 'm' : 'd', fields, ARRAY_LEN(fields));
    }
}

static void get_line(struct pom *pom, struct str line)
{
    struct str fields[6] = {0}, rest = str_from(line, 1);
    for (size_t i = 0; i < ARRAY_LEN(fields) && str_cut(&rest, '\t', &fields[i]); i++)
        ;
    switch (line.data[0]) {
    case 'p':
        pom->group = fields[0];
        pom->artifact = fields[1];
        pom->version = fields[2];
        pom->packaging = fields[3];
        break;
    case 'r':
    case 'u':
        pom->has_parent = true;
        pom->has_parent_path = line.data[0] == 'r';
        pom->parent_group = fields[0];
        pom->parent_artifact = fields[1];
        pom->parent_version = fields[2];
        pom->parent_path = fields[3];
        break;
    case 'v':
        *VEC_ADD(&pom->properties) = (struct pom_property){fields[0], fields[1]};
        break;
    case 'm':
    case 'd':
        *VEC_ADD(&pom->dependencies) =
            (struct pom_dependency){fields[0], fields[1], fields[2],           fields[3],
                                    fields[4], fields[5], line.data[0] == 'm', false};
        break;
    default:
        break;
    }
}

static void get_pom(struct pom *pom, struct str text)
{
    struct str line;
    while (str_cut(&text, '\n', &line))
        if (line.len)
            get_line(pom, line);
}

static int pom_file_read(struct catalog_sink *sink, struct input *input, struct str companion,
                         struct pl_err *err)
{
    struct arena arena = {0};
    struct pom pom = {0};
    AUTO_BUF text = {0};
    (void)companion;
    int r = pom_read(input->whole, &arena, &pom, err);
    if (r == 0) {
        put_pom(&text, &pom);
        catalog_keep(sink, buf_str(&text));
        pom_free(&pom);
    } else if (str_ends(input->path, STR(".pom"))) {
        r = 0;
    }
    arena_free(&arena);
    return r;
}

/* ---- together ---- */

/* The version that is asked for and no other; empty: any of several. */
static struct str exact(struct str version)
{
    version = str_trim(version);
    if (version.len > 2 && version.data[0] == '[' && version.data[version.len - 1] == ']' &&
        str_index(version, ',') == SIZE_MAX)
        return str_trim(str_first(str_from(version, 1), version.len - 2));
    bool open = version.len && (strchr("[(", version.data[0]) || str_is(version, "LATEST") ||
                                str_is(version, "RELEASE"));
    return open ? STR_NONE : version;
}

static void add(struct catalog_sink *sink, struct arena *arena,
                const struct pom_dependency *dependency)
{
    struct package package = {
        .type = PACKAGE_MAVEN,
        .origin = PACKAGE_DECLARED,
        .development = str_is(dependency->scope, "test"),
        .name = arena_printf(arena, "%.*s:%.*s", STR_ARG(dependency->group),
                             STR_ARG(dependency->artifact)),
        .version = exact(dependency->version),
    };
    if (dependency->group.len && dependency->artifact.len && package.version.len)
        catalog_add_package(sink, &package);
}

static int add_project(struct catalog_sink *sink, struct pom_models *models,
                       const struct pom_file *file, struct pl_err *err)
{
    struct pom_effective effective;
    int r = pom_resolve(models, file, &effective, err);
    catalog_set_path(sink, file->path);
    for (size_t i = 0; i < effective.dependencies.count && r == 0; i++) {
        const struct pom_dependency *dependency = &effective.dependencies.items[i];
        if (!str_is(dependency->scope, "import") &&
            !pom_is_project(models, dependency->group, dependency->artifact))
            add(sink, &models->work, dependency);
    }
    VEC_FREE(&effective.dependencies);
    return r;
}

static int pom_finish(struct catalog_sink *sink, const struct catalog_files *files,
                      struct pl_err *err)
{
    struct pom_file *list = mem_zalloc(files->count + 1, sizeof(*list));
    struct pom_models models;
    int r = 0;
    for (size_t i = 0; i < files->count; i++) {
        list[i].path = files->items[i].path;
        get_pom(&list[i].pom, files->items[i].content);
    }
    pom_models_init(&models, list, files->count);
    for (size_t i = 0; i < files->count && r == 0; i++)
        if (str_is(path_base(list[i].path), "pom.xml"))
            r = add_project(sink, &models, &list[i], err);
    pom_models_free(&models);
    for (size_t i = 0; i < files->count; i++)
        pom_free(&list[i].pom);
    free(list);
    return r;
}

const struct cataloger cataloger_java_pom = {
    .name = "java-pom",
    .help = N_("dependencies of Maven projects (pom.xml)"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/pom.xml", "**/*.pom", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = pom_file_read,
    .finish = pom_finish,
};
