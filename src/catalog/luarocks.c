/* Reads the rockspecs of installed Lua rocks: Lua code that sets package and version ("1.0-2",
 * whose last part is the rockspec's own revision). Source: LuaRocks, "Rockspec format". Only those
 * in a tree of rocks are installed; others describe a project. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"

/* name = "value", in quotes of either kind, at the beginning of a line. */
static struct str value(struct str text, const char *name)
{
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        struct str rest = str_trim(line);
        if (!str_starts(rest, str_of(name)))
            continue;
        rest = str_trim(str_from(rest, strlen(name)));
        if (!str_starts(rest, STR("=")))
            continue;
        rest = str_trim(str_from(rest, 1));
        if (rest.len < 2 || (rest.data[0] != '"' && rest.data[0] != '\''))
            return STR_NONE;
        return str_first(str_from(rest, 1), str_index(str_from(rest, 1), rest.data[0]));
    }
    return STR_NONE;
}

static int luarocks_read(struct catalog_sink *sink, struct input *input, struct str companion,
                         struct pl_err *err)
{
    (void)companion;
    (void)err;
    struct str license = value(input->whole, "license");
    bool installed = str_find(input->path, STR("luarocks/rocks")) != SIZE_MAX;
    struct package package = {
        .type = PACKAGE_LUAROCKS,
        .name = value(input->whole, "package"),
        .version = value(input->whole, "version"),
        .licenses = &license,
        .license_count = license.len != 0,
    };
    if (installed && package.name.len && package.version.len)
        catalog_add_package(sink, &package);
    return 0;
}

const struct cataloger cataloger_luarocks = {
    .name = "luarocks",
    .help = N_("installed Lua rocks"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/*.rockspec", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = luarocks_read,
};
