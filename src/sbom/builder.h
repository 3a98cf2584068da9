/* From entries of a bill of materials, as any of its readers tells them, to packages in the
 * report's order that point at one another. */
#pragma once

#include "base/vec.h"
#include "model/report.h"

/* One entry, filled by a reader; views need to live during sbom_add() only. */
struct sbom_entry {
    struct str ref; /* what the document calls it; empty: nothing refers to it */
    struct str group, name, version, purl, cpe;
    struct str source_name, source_version; /* when the document tells them apart from the purl */
    struct str module;                      /* the same */
    struct str layer;                       /* diff ID; empty: not told */
    struct arena scratch; /* what the reader makes for this entry; freed by sbom_add() */
    struct str *licenses, *hashes, *paths;
    size_t license_count, hash_count, path_count;
    /* Vendor, development and so on, and what our own facts say. */
    struct package package;
    bool own;           /* facts tell of it (model/facts.h): nothing is to be derived */
    uint64_t number;    /* in our own documents */
    bool needs_version; /* without purl, CPE and version it is no package ("application") */
};
struct sbom_entry sbom_entry_new(void);
/* A fact, "KEY" without "plimsoll:". */
void sbom_entry_fact(struct sbom_entry *entry, struct str key, struct str value);

/* Adds "vendor:product" of a CPE to the package; false when it is none. */
bool sbom_entry_cpe(struct sbom_entry *entry, struct str cpe);

struct sbom_edge {
    uint64_t from, to; /* hashes of references */
};
struct sbom_ref {
    uint64_t hash;
    size_t package;
};
/* A system that purls tell of, and by how many packages. */
struct sbom_distro {
    struct str id, version, codename;
    size_t packages;
};

struct sbom_builder {
    struct report *report;
    VEC(struct sbom_ref) refs;
    VEC(struct sbom_edge) edges;
    VEC(struct sbom_edge) owners; /* from the owner to what it owns */
    VEC(uint64_t) numbers;        /* of packages, in our own documents; else UINT64_MAX */
    VEC(struct sbom_distro) distros;
    bool too_many_packages, too_many_edges;
    bool has_target;
    size_t nameless;
    size_t unknown;      /* that no advisory can speak of: of no known type, and without a CPE */
    struct str lone_cpe; /* of what the document is about, without a purl */
    struct str lone_version;
};

/* Takes the entry over. */
void sbom_add(struct sbom_builder *builder, struct sbom_entry *entry);
/* `from` asks for `to`. */
void sbom_depends(struct sbom_builder *builder, struct str from, struct str to);
/* All files of `owned` are the system's package `owner`'s. */
void sbom_owns(struct sbom_builder *builder, struct str owner, struct str owned);
/* What the document says of its system. `id` may be another program's word for it. */
void sbom_set_os(struct sbom_builder *builder, struct str id, struct str version, struct str name);
/* The name of what the document is about, and its digest if it has one; the first counts. */
void sbom_set_target(struct sbom_builder *builder, struct str name, struct str version);
/* Its package URL, if it has one. When the document names no other package, it is that package. */
void sbom_set_target_purl(struct sbom_builder *builder, struct str purl);
/* The same of what has no package URL: its version, and its CPE if it has one. */
void sbom_set_target_cpe(struct sbom_builder *builder, struct str version, struct str cpe);
/* The index of the layer, which is added when it is new. */
uint32_t sbom_layer(struct sbom_builder *builder, struct str diff_id);
/* The os-release ID of another program's or a purl's name of a system; in the arena or a literal.
 */
struct str sbom_os_id(struct arena *arena, struct str name);
/* Sorts the packages, resolves references and finds the system. */
void sbom_finish(struct sbom_builder *builder);
void sbom_builder_free(struct sbom_builder *builder);
