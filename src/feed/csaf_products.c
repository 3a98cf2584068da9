/* The product tree of a CSAF document: products with CPEs, packages with purls, and relationships
 * that put packages (by way of a module, at times) into products. */
#include "feed/csaf.h"

#include "base/limits.h"

static struct csaf_product *row(struct csaf_products *products, struct str id)
{
    uint32_t index = intern_add(&products->ids, id);
    while (products->rows.count <= index)
        *VEC_ADD(&products->rows) = (struct csaf_product){.cpe = STR_NONE};
    return &products->rows.items[index];
}

struct csaf_product *csaf_product_find(const struct csaf_products *products, struct str id)
{
    uint32_t index = intern_find(&products->ids, id);
    return index < products->rows.count ? &products->rows.items[index] : NULL;
}

/* JSON is not nested deeper than LIMIT_JSON_DEPTH. */
static void read_branches(struct csaf_products *products, const json_t *branch)
{
    size_t index;
    json_t *item;
    const json_t *product = json_member(branch, "product");
    struct str id = json_text(product, "product_id");
    if (id.len) {
        const json_t *helper = json_member(product, "product_identification_helper");
        struct csaf_product *entry = row(products, id);
        entry->cpe = json_text(helper, "cpe");
        entry->purl = json_text(helper, "purl");
        entry->name = json_text(product, "name");
    }
    json_array_foreach(json_list(branch, "branches"), index, item) read_branches(products, item);
}

void csaf_products_read(struct csaf_products *products, const json_t *tree)
{
    size_t index;
    json_t *item;
    intern_init(&products->ids);
    read_branches(products, tree);
    json_array_foreach(json_list(tree, "relationships"), index, item)
    {
        struct str id = json_text(json_member(item, "full_product_name"), "product_id");
        struct str part = json_text(item, "product_reference");
        struct str whole = json_text(item, "relates_to_product_reference");
        if (!id.len || !part.len || !whole.len)
            continue;
        uint32_t part_row = (uint32_t)(row(products, part) - products->rows.items) + 1;
        uint32_t whole_row = (uint32_t)(row(products, whole) - products->rows.items) + 1;
        struct csaf_product *entry = row(products, id);
        entry->part = part_row;
        entry->whole = whole_row;
        struct csaf_product *named = &products->rows.items[part_row - 1];
        if (!named->name.len && !named->purl.len)
            named->name = part; /* SUSE leaves packages out of the tree */
    }
}

void csaf_products_free(struct csaf_products *products)
{
    intern_free(&products->ids);
    VEC_FREE(&products->rows);
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct str percent_decoded(struct arena *arena, struct str text)
{
    if (str_index(text, '%') == SIZE_MAX)
        return text;
    char *out = ARENA_ARRAY(arena, char, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool escaped = text.data[i] == '%' && i + 2 < text.len && hex(text.data[i + 1]) >= 0 &&
                       hex(text.data[i + 2]) >= 0;
        out[len++] =
            escaped ? (char)(hex(text.data[i + 1]) * 16 + hex(text.data[i + 2])) : text.data[i];
        i += escaped ? 2 : 0;
    }
    return str_make(out, len);
}

static struct str qualifier(struct str qualifiers, struct str key)
{
    struct str part;
    while (str_cut(&qualifiers, '&', &part))
        if (str_starts(part, key) && part.len > key.len && part.data[key.len] == '=')
            return str_from(part, key.len + 1);
    return STR_NONE;
}

/* "ruby:2.7" of "ruby:2.7:8080020230427102918:63b34585" */
static struct str stream_of(struct str label)
{
    size_t first = str_index(label, ':');
    if (first == SIZE_MAX)
        return label;
    size_t second = str_index(str_from(label, first + 1), ':');
    return second == SIZE_MAX ? label : str_first(label, first + 1 + second);
}

/* "nodejs:16/npm": a package of a module. */
static void split_module(struct csaf_package *package)
{
    size_t slash = str_last_index(package->name, '/');
    if (slash == SIZE_MAX)
        return;
    if (str_index(str_first(package->name, slash), ':') != SIZE_MAX)
        package->module = str_first(package->name, slash);
    package->name = str_from(package->name, slash + 1);
}

/* pkg:rpm/redhat/ruby@2.7.8-139.module%2Bel8?arch=x86_64&epoch=1&rpmmod=ruby:2.7:808002:63b3 */
static bool read_purl(struct arena *arena, struct str purl, struct csaf_package *package)
{
    bool is_module = str_starts(purl, STR("pkg:rpmmod/"));
    if (!str_starts(purl, STR("pkg:rpm/")) && !is_module)
        return false;
    struct str rest = str_from(purl, str_index(purl, '/') + 1), path, version = STR_NONE;
    str_cut(&rest, '?', &path);
    size_t at = str_last_index(path, '@');
    if (at != SIZE_MAX) {
        version = percent_decoded(arena, str_from(path, at + 1));
        path = str_first(path, at);
    }
    size_t slash = str_index(path, '/'); /* behind the vendor */
    package->name = percent_decoded(arena, slash == SIZE_MAX ? path : str_from(path, slash + 1));
    if (is_module && version.len) {
        package->module =
            stream_of(arena_printf(arena, "%.*s:%.*s", STR_ARG(package->name), STR_ARG(version)));
        package->name = STR_NONE;
        return true;
    }
    split_module(package);
    struct str epoch = qualifier(rest, STR("epoch")), arch = qualifier(rest, STR("arch"));
    struct str module = percent_decoded(arena, qualifier(rest, STR("rpmmod")));
    package->source = str_is(arch, "src");
    package->no_arch = !arch.len;
    if (module.len)
        package->module = stream_of(module);
    package->version = version;
    if (version.len && epoch.len)
        package->version = arena_printf(arena, "%.*s:%.*s", STR_ARG(epoch), STR_ARG(version));
    return package->name.len > 0;
}

/* "samba-client-libs-4.19.4+git.339.acf1ccaa02-1.22", or the name alone. A version begins with a
 * digit, which the last but one part of a name seldom does; what is listed as mended has one. */
static void read_plain(struct str text, bool versioned, struct csaf_package *package)
{
    size_t release = str_last_index(text, '-');
    size_t version = release == SIZE_MAX ? SIZE_MAX : str_last_index(str_first(text, release), '-');
    package->name = text;
    package->no_arch = !versioned;
    if (!versioned || version == SIZE_MAX)
        return;
    package->name = str_first(text, version);
    package->version = str_from(text, version + 1);
}

bool csaf_package_of(const struct csaf_products *products, const struct csaf_publisher *publisher,
                     struct arena *arena, const struct csaf_product *product,
                     struct csaf_package *ret)
{
    struct csaf_package package = {.name = STR_NONE};
    /* A package in a module in a product: three at the most. */
    for (int step = 0; step < 4 && product->part && product->whole; step++) {
        const struct csaf_product *part = &products->rows.items[product->part - 1];
        struct csaf_package found = {.name = STR_NONE};
        if (read_purl(arena, part->purl, &found)) {
            if (!package.name.len && found.name.len) {
                struct str module = package.module;
                package = found;
                if (!package.module.len)
                    package.module = module;
            } else if (!package.module.len) {
                package.module = found.module;
            }
        } else if (publisher->plain_names && !part->purl.len && !package.name.len) {
            read_plain(part->name, ret->version.len != 0, &package);
        }
        product = &products->rows.items[product->whole - 1];
    }
    if (!package.name.len)
        return false;
    package.name_space = publisher->name_space(arena, product->cpe, product->name);
    *ret = package;
    return package.name_space.len > 0;
}
