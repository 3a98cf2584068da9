/* One OSV record, taken apart. */
#pragma once

#include "base/arena.h"
#include "feed/feed.h"

struct osv_record {
    struct feed_import *import;
    const struct feed_document *document;
    const json_t *json;
    struct arena arena;
    struct str id, title, published, modified, module;
    bool withdrawn;
    bool distribution; /* a distribution's: its word on severity is a statement's */
    bool erratum;      /* a distribution's update, not its record of one CVE */
    struct str *ids;   /* of the vulnerabilities that it speaks of */
    size_t id_count;
    struct str *aliases; /* all names of the one vulnerability, or ids and own id of an erratum */
    size_t alias_count;
    struct str *cwes;
    size_t cwe_count;
    enum severity severity; /* of the whole record */
    /* while its packages are read */
    uint32_t unit;
    struct str last_base;
    unsigned bases; /* ecosystems, as far as neighbours differ */
};

int osv_record_read(struct osv_record *record, struct pl_err *err);
void osv_record_free(struct osv_record *record);

/* The database's name for an ecosystem: Ubuntu's without ":LTS". */
struct str osv_namespace(struct str ecosystem);
/* Ranges and enumerated versions of one affected package; false when there is neither. */
bool osv_read_ranges(struct osv_record *record, const json_t *affected, struct str ecosystem,
                     struct vulndb_statement *statement);
bool osv_is_modular(const struct vulndb_statement *statement);
/* The distribution's word for one package; SEVERITY_UNKNOWN for general sources. */
enum severity osv_statement_severity(const struct osv_record *record, const json_t *affected);
void osv_read_scores(struct osv_record *record, struct vulndb_facet *facet);
/* Errata list their vulnerabilities in their text: "* name: what is wrong (CVE-2024-1)". */
struct str osv_erratum_title(struct osv_record *record, struct str cve);
