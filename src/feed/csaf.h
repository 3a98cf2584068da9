/* CSAF 2.0 documents, https://docs.oasis-open.org/csaf/csaf/v2.0/: VEX by vulnerability and
 * security advisories, as Red Hat and SUSE publish them. A publisher's file has what differs. */
#pragma once

#include "base/arena.h"
#include "feed/feed.h"
#include "vulndb/intern.h"

struct csaf_publisher {
    enum feed_id feed;
    const char *source; /* of its CVSS vectors */
    /* The namespace of a product by its CPE and its name; empty: none that is scanned. */
    struct str (*name_space)(struct arena *arena, struct str cpe, struct str product);
    /* Packages without a purl are "NAME-VERSION-RELEASE" or "NAME". */
    bool plain_names;
};
/* `word` stands in the publisher's namespace. */
bool csaf_recognise(struct str head, const char *word);
int csaf_import(struct feed_import *import, struct feed_document *document,
                const struct csaf_publisher *publisher, struct pl_err *err);

/* ---- shared by csaf.c and csaf_products.c ---- */

struct csaf_product {
    struct str cpe, name, purl; /* of a product of the tree */
    uint32_t part, whole;       /* of a relationship: rows + 1 */
    enum severity severity;
    struct str remedy; /* the words of what is known of a fix */
};
struct csaf_products {
    struct intern ids;
    VEC(struct csaf_product) rows;
};
void csaf_products_read(struct csaf_products *products, const json_t *tree);
void csaf_products_free(struct csaf_products *products);
/* NULL: the document does not know it. */
struct csaf_product *csaf_product_find(const struct csaf_products *products, struct str id);

/* A product that is a package of a system. */
struct csaf_package {
    struct str name_space, name, version, module;
    bool source, no_arch;
};
bool csaf_package_of(const struct csaf_products *products, const struct csaf_publisher *publisher,
                     struct arena *arena, const struct csaf_product *product,
                     struct csaf_package *ret);
