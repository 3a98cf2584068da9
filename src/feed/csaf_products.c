/* The product tree of a CSAF document: products with CPEs, packages with purls, and relationships
 * that put packages (by way of a module, at times) into products. */
#include "feed/csaf.h"

#include "base/limits.h"
#include "model/purl.h"

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

/* "ruby:2.7" of "ruby:2.7:8080020230427102918:63b34585" */
static struct str stream_of(struct str label)
{
    size_t first = str_index(label, ':');
    if (first == SIZE_MAX)
        return label;
    size_t second = str_index(str_from(label, first + 1), ':');
    return second == SIZE_MAX ? label : str_first(label, first + 1 + second);
}

/* pkg:rpm/redhat/ruby@2.7.8-139.module%2Bel8?arch=x86_64&epoch=1&rpmmod=ruby:2.7:808002:63b3; a
 * package of a module can also be "redhat/nodejs:16/npm". */
static bool read_purl(struct arena *arena, struct str text, struct csaf_package *package)
{
    struct purl purl;
    if (purl_parse(arena, text, &purl, NULL) < 0)
        return false;
    bool is_module = str_is(purl.type, "rpmmod");
    if (!str_is(purl.type, "rpm") && !is_module)
        return false;
    package->version = purl.version;
    if (is_module && purl.version.len) {
        package->module =
            stream_of(arena_printf(arena, "%.*s:%.*s", STR_ARG(purl.name), STR_ARG(purl.version)));
        package->version = STR_NONE;
        return true;
    }
    package->name = purl.name;
    struct str epoch = purl_qualifier(arena, &purl, "epoch");
    struct str arch = purl_qualifier(arena, &purl, "arch");
    struct str module = purl_qualifier(arena, &purl, "rpmmod");
    struct str inner = str_from(purl.name_space, str_last_index(purl.name_space, '/') + 1);
    package->source = str_is(arch, "src");
    package->no_arch = !arch.len;
    if (module.len)
        package->module = stream_of(module);
    else if (str_index(inner, ':') != SIZE_MAX)
        package->module = inner;
    if (purl.version.len && epoch.len)
        package->version = arena_printf(arena, "%.*s:%.*s", STR_ARG(epoch), STR_ARG(purl.version));
    return true;
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
