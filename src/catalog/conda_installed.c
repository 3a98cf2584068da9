/* Reads what conda and its kin record of installed packages, conda-meta/NAME-VERSION-BUILD.json:
 * conda's documentation, "Conda package specification" (PrefixRecord). The long lists of files in
 * it are passed over. The purl specification's conda type names the qualifiers. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/details.h"
#include "catalog/json_members.h"
#include "io/json_doc.h"

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

/* "python >=3.8,<3.9", "channel::name 1.0 build" */
static void take_details(struct details *details, struct str record, struct arena *arena)
{
    static const char *const names[] = {"depends", "sha256", "md5"};
    struct json_member_value values[ARRAY_LEN(names)];
    AUTO_JSON *list = NULL;
    struct pl_err ignored;
    size_t index;
    json_t *item;
    if (json_members(record, names, values, ARRAY_LEN(names), &ignored) < 0)
        return;
    if (str_starts(values[0].raw, STR("[")) && json_document(values[0].raw, &list, &ignored) < 0)
        list = NULL;
    json_array_foreach(list, index, item)
    {
        struct str name = str_make(json_string_value(item), json_string_length(item));
        name = str_first(name, str_index(name, ' '));
        size_t channel = str_find(name, STR("::"));
        name = channel == SIZE_MAX ? name : str_from(name, channel + 2);
        relations_add(&details->needs, str_first(name, str_index(name, '[')));
    }
    details_hash(details, names[1], json_member_text(arena, &values[1]));
    details_hash(details, names[2], json_member_text(arena, &values[2]));
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
    struct details details = {0};
    if (details_start(&details, sink))
        take_details(&details, input->whole, &arena);
    details_put(&details, &package);
    catalog_add_package(sink, &package);
    details_free(&details);
    arena_free(&arena);
    return 0;
}

const struct cataloger cataloger_conda_installed = {
    .name = "conda-installed",
    .help = N_("installed conda packages (conda-meta)"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/conda-meta/*.json", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 64 * MIB,
    .read = conda_read,
};
