/* Reads what conda and its kin record of installed packages, conda-meta/NAME-VERSION-BUILD.json:
 * conda's documentation, "Conda package specification" (PrefixRecord). The long lists of files in
 * it are passed over. The purl specification's conda type names the qualifiers. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/cataloger.h"
#include "catalog/json_members.h"

enum { NAME, VERSION, BUILD, BUILD_STRING, CHANNEL, SUBDIR, LICENSE, FILE_NAME, MEMBERS };

static void add_qualifier(struct buf *out, const char *key, struct str value)
{
    if (!value.len)
        return;
    buf_printf(out, "%s%s=", out->len ? "&" : "", key);
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            (c && strchr(".-_~", c)))
            buf_putc(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

/* "conda-forge" of "https://host/conda-forge/linux-64", of "https://host/conda-forge" or of itself.
 */
static struct str channel_name(struct str channel, struct str subdir)
{
    if (str_ends(channel, STR("/")))
        channel.len--;
    struct str last = path_base(channel);
    if (subdir.len && str_equal(last, subdir) && last.len < channel.len)
        last = path_base(str_first(channel, channel.len - last.len - 1));
    return last;
}

static int conda_read(struct catalog_sink *sink, struct input *input, struct str companion,
                      struct pl_err *err)
{
    static const char *const names[MEMBERS] = {"name",    "version", "build",   "build_string",
                                               "channel", "subdir",  "license", "fn"};
    struct json_member_value values[MEMBERS];
    struct str texts[MEMBERS];
    struct arena arena = {0};
    AUTO_BUF qualifiers = {0};
    (void)companion;
    int r = json_members(input->whole, names, values, MEMBERS, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < MEMBERS; i++)
        texts[i] = json_member_text(&arena, &values[i]);
    add_qualifier(&qualifiers, "build", texts[BUILD].len ? texts[BUILD] : texts[BUILD_STRING]);
    add_qualifier(&qualifiers, "channel", channel_name(texts[CHANNEL], texts[SUBDIR]));
    add_qualifier(&qualifiers, "subdir", texts[SUBDIR]);
    if (str_ends(texts[FILE_NAME], STR(".conda")))
        add_qualifier(&qualifiers, "type", STR("conda"));
    else if (str_ends(texts[FILE_NAME], STR(".tar.bz2")))
        add_qualifier(&qualifiers, "type", STR("tar.bz2"));
    struct package package = {
        .type = PACKAGE_CONDA,
        .name = texts[NAME],
        .version = texts[VERSION],
        .qualifiers = buf_str(&qualifiers),
        .licenses = &texts[LICENSE],
        .license_count = texts[LICENSE].len != 0,
    };
    catalog_add_package(sink, &package);
    arena_free(&arena);
    return 0;
}

const struct cataloger cataloger_conda_installed = {
    .name = "conda-installed",
    .help = N_("installed conda packages (conda-meta)"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/conda-meta/*.json", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 64 * MIB,
    .read = conda_read,
};
