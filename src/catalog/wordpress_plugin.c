/* Reads the header comment of WordPress plugins: "Plugin Name:" and "Version:" in the first 8 KiB
 * of a PHP file in the plugin's folder, whose name is the plugin's in WordPress's directory.
 * Source: WordPress, Plugin handbook, "Header requirements". */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"

enum { HEADER = 8192 };

/* "Name: value" behind the comment's own stars and blanks. */
static struct str header_field(struct str text, const char *name)
{
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        while (line.len && strchr(" \t*/#@", line.data[0]))
            line = str_from(line, 1);
        if (str_starts(line, str_of(name)) && line.len > strlen(name) &&
            line.data[strlen(name)] == ':')
            return str_trim(str_from(line, strlen(name) + 1));
    }
    return STR_NONE;
}

static int wordpress_read(struct catalog_sink *sink, struct input *input, struct str companion,
                          struct pl_err *err)
{
    (void)companion;
    AUTO_BUF head = {0};
    struct str chunk;
    while (head.len < HEADER) {
        int r = input->next(input, &chunk, err);
        if (r < 0)
            return r;
        if (chunk.len == 0)
            break;
        buf_add(&head, str_first(chunk, HEADER - head.len));
    }
    struct str text = buf_str(&head), license = header_field(text, "License");
    struct package package = {
        .type = PACKAGE_WORDPRESS_PLUGIN,
        .name = path_base(path_dir(input->path)),
        .version = header_field(text, "Version"),
        .licenses = &license,
        .license_count = license.len != 0,
    };
    if (header_field(text, "Plugin Name").len && package.version.len)
        catalog_add_package(sink, &package);
    return 0;
}

const struct cataloger cataloger_wordpress_plugin = {
    .name = "wordpress-plugin",
    .help = N_("WordPress plugins"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/wp-content/plugins/*/*.php", NULL},
    .mode = CATALOG_STREAM,
    .read = wordpress_read,
};
