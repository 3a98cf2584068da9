/* Reads what CPAN clients note of installed Perl distributions: .meta/NAME-VERSION/install.json
 * (cpanm; "dist" is the distribution, "name" its main module), and Carton's cpanfile.snapshot
 * (distributions as "NAME-VERSION" lines below DISTRIBUTIONS). Sources: App::cpanminus,
 * Carton::Snapshot. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"
#include "io/json_doc.h"

/* "Foo-Bar-1.23" */
static void add(struct catalog_sink *sink, struct str dist, enum package_origin origin)
{
    size_t dash = str_last_index(dist, '-');
    if (dash == SIZE_MAX || !text_is_version(str_from(dist, dash + 1)))
        return;
    struct package package = {
        .type = PACKAGE_CPAN,
        .origin = origin,
        .name = str_first(dist, dash),
        .version = str_from(dist, dash + 1),
    };
    catalog_add_package(sink, &package);
}

static void read_snapshot(struct catalog_sink *sink, struct str text)
{
    struct str line;
    bool inside = false;
    while (str_cut(&text, '\n', &line)) {
        if (line.len && line.data[0] != ' ' && line.data[0] != '#')
            inside = str_is(str_trim(line), "DISTRIBUTIONS");
        else if (inside && str_starts(line, STR("  ")) && line.len > 2 && line.data[2] != ' ')
            add(sink, str_trim(line), PACKAGE_LOCKED);
    }
}

static int perl_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    (void)companion;
    AUTO_JSON *root = NULL;
    if (!str_ends(input->path, STR(".json"))) {
        read_snapshot(sink, input->whole);
        return 0;
    }
    int r = json_document(input->whole, &root, err);
    if (r == 0)
        add(sink, json_text(root, "dist"), PACKAGE_INSTALLED);
    return r;
}

const struct cataloger cataloger_perl_installed = {
    .name = "perl-installed",
    .help = N_("Perl distributions that CPAN clients installed, or cpanfile.snapshot locks"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/.meta/*/install.json", "**/cpanfile.snapshot", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = perl_read,
};
