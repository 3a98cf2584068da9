/* Every limit that input from outside is held against. A limit that is hit is a diagnostic with the
 * limit's name. Sizes are bytes unless the name says otherwise. */
#pragma once

#define MIB (1024ULL * 1024ULL)
#define GIB (1024ULL * MIB)

/* Images */
#define LIMIT_LAYERS 20000ULL          /* layers of one image */
#define LIMIT_MEMBERS 200000ULL        /* files of an outer archive */
#define LIMIT_MANIFEST (8 * MIB)       /* a manifest, index, config or layout document */
#define LIMIT_MANIFEST_DEPTH 4         /* index inside index */
#define LIMIT_ENTRIES 4000000ULL       /* entries of all layers of one image */
#define LIMIT_WANTED_FILES 400000ULL   /* files of one image that readers want */
#define LIMIT_REQUESTS 200000ULL       /* files of one image that are found through links */
#define LIMIT_PATH 4096ULL             /* a path inside a layer: PATH_MAX */
#define LIMIT_LINKED_NAMES (32 * MIB)  /* names of files that stand below links */
#define LIMIT_PAX_HEADER (1 * MIB)     /* one pax extended header, or GNU long name */
#define LIMIT_SPARSE_SEGMENTS 65536ULL /* segments of a sparse file */
#define LIMIT_INFLATE_FREE (2 * GIB)   /* inflated bytes that are never suspicious */
#define LIMIT_INFLATE_RATIO 250ULL     /* inflated to compressed bytes, past that */
#define LIMIT_LINK_HOPS 40             /* symbolic links on the way to one file */
#define LIMIT_RECORD_BYTES (96 * MIB)  /* what readers may keep of one image */
#define LIMIT_TOC (128 * MIB)          /* a layer's table of contents */
#define LIMIT_TOC_INNER (64 * MIB)     /* bytes of other files before one, packed together */
#define LIMIT_TOC_FETCHED 4ULL         /* times that a layer is fetched piece by piece */
#define LIMIT_RELATIONS (16 * MIB)     /* what one package needs; the rest is passed over */

/* Files that catalogers read */
#define LIMIT_FILE_WHOLE (128 * MIB)   /* a file that must be in memory as a whole */
#define LIMIT_FILE_SMALL (1 * MIB)     /* os-release and its like */
#define LIMIT_FILE_STREAM (1 * GIB)    /* a file that is read line by line */
#define LIMIT_CONTENT_BYTES (8 * GIB)  /* all files of one image that are read */
#define LIMIT_LINE (1 * MIB)           /* a line of a package database */
#define LIMIT_FIELD (64 * 1024ULL)     /* a name or version */
#define LIMIT_ELF_NAMES (4 * MIB)      /* section names, or notes, of an ELF file */
#define LIMIT_GO_SEARCH (16 * MIB)     /* data of a program that is searched for Go's build info */
#define LIMIT_GO_BUILDINFO (16 * MIB)  /* Go's build information */
#define LIMIT_AUDITABLE (16 * MIB)     /* cargo-auditable's list, packed or not */
#define LIMIT_JAR_DEPTH 8              /* archive inside archive of Java */
#define LIMIT_JAR_NESTED 20000ULL      /* archives inside of one, at any depth */
#define LIMIT_JAR_MEMBERS 10000ULL     /* files of one archive of Java that tell of packages */
#define LIMIT_JAR_INFLATED (4 * GIB)   /* all that is inflated of one archive of Java */
#define LIMIT_POM_ITEMS 20000ULL       /* dependencies, or properties, of one pom.xml */
#define LIMIT_POM_STEPS 100000000ULL   /* of work for all of an image */
#define LIMIT_POM_DEPTH 32             /* parent of parent, import in import */
#define LIMIT_POM_PROPERTIES 200       /* properties that one text of a pom.xml takes up */
#define LIMIT_PROGRAM_SCAN (256 * MIB) /* bytes of a program that are searched for its version */
#define LIMIT_MODULE (64 * MIB)        /* a module of the kernel, unpacked */
#define LIMIT_PACKAGES 500000ULL       /* packages of one image */

/* What is looked for in files beside packages */
#define LIMIT_FILE_FINDINGS 20000ULL      /* findings in files of one image */
#define LIMIT_FINDINGS_OF_FILE 200ULL     /* findings of one file */
#define LIMIT_SECRET_CANDIDATES 20000ULL  /* places in a file that one rule looks at in vain */
#define LIMIT_SECRET_RULES (4 * MIB)      /* a file of rules for secrets */
#define LIMIT_PASSWORD_ACCOUNTS 20000ULL  /* accounts of one file */
#define LIMIT_PASSWORD_SETTINGS 20000ULL  /* settings of one file */
#define LIMIT_PASSWORD_WORD 256ULL        /* a word that is tried as a password */
#define LIMIT_PASSWORD_TRY 1000000ULL     /* microseconds that one try of a hash may take */
#define LIMIT_PASSWORD_MEMO 1000000ULL    /* dear tries of a scan that are remembered */
#define LIMIT_PASSWORD_MEMORY (64 * MIB)  /* bytes that one try of a hash may need */
#define LIMIT_MALWARE_HASHES (1 * GIB)    /* a list of digests */
#define LIMIT_YARA_RULES (64 * MIB)       /* a file of rules of YARA */
#define LIMIT_ARCHIVE_DEPTH 4U            /* archive inside archive inside a layer */
#define LIMIT_ARCHIVE_MEMBERS 2000000ULL  /* files in archives of one image */
#define LIMIT_ARCHIVE_INFLATED (32 * GIB) /* all that is unpacked of archives in one image */
#define LIMIT_ARCHIVE_FREE                                                                         \
    (64 * MIB) /* unpacked bytes of one archive that are never suspicious                          \
                */
#define LIMIT_ARCHIVE_UNPACKED (4 * GIB) /* a tar inside of a layer, unpacked to be read */
#define LIMIT_ARCHIVE_RATIO 250ULL       /* unpacked to packed bytes of one, past that */

/* Registries */
#define LIMIT_CERTIFICATES (16 * MIB)       /* certificates of authorities */
#define LIMIT_HELPER_ANSWER (256 * 1024ULL) /* what a credential helper prints */
#define LIMIT_REGISTRY_LIST (64 * MIB)      /* one page of a list of a registry */
#define LIMIT_REGISTRY_NAMES 1000000ULL     /* repositories, or tags of one, of a registry */
#define LIMIT_REGISTRY_PAGES 20000ULL       /* pages of one list */
#define LIMIT_REDIRECTS 10                  /* redirections of one request */
#define LIMIT_RETRY_SECONDS 900ULL          /* that a registry may ask to wait for one request */
#define LIMIT_ATTACHMENT (64 * MIB)         /* a document attached to an image */
#define LIMIT_SWEEP_JOURNAL (2 * GIB)       /* what a sweep notes on its way */
#define LIMIT_REFERRERS 1000ULL             /* documents attached to one image that are looked at */

/* The advisory database in a registry */
#define LIMIT_DATABASE_FORM (4 * GIB)      /* its entries, unpacked */
#define LIMIT_DATABASE_BLOB (2 * GIB)      /* packed, or a delta */
#define LIMIT_DATABASE_STATEMENT (1 * MIB) /* the statement that is signed */

/* Cache */
#define LIMIT_CACHE_VALUE (256 * MIB) /* what is kept of one layer, unpacked */

/* Engines */
#define LIMIT_ENGINE_REPLY (64 * MIB)    /* one answer of an engine's API */
#define LIMIT_ENGINE_IMAGES 2000ULL      /* images of an engine that are asked for */
#define LIMIT_NAMESPACES 1000ULL         /* namespaces of containerd that are asked for */
#define LIMIT_BOLT_BYTES (256 * MIB)     /* that are read of a database of bbolt */
#define LIMIT_ENGINE_CONTAINERS 20000ULL /* containers of an engine's folder */
#define LIMIT_ENGINE_EXPORT (256 * GIB)  /* an image that an engine hands over as an archive */

/* Documents */
#define LIMIT_JSON_DEPTH 128           /* nesting of JSON */
#define LIMIT_JSON_ENTRY (32 * MIB)    /* one entry of a large JSON document */
#define LIMIT_YAML_NODES 1000000ULL    /* values that aliases of YAML bring */
#define LIMIT_YAML_ANCHORS 1000ULL     /* anchors of one YAML document */
#define LIMIT_XML_DEPTH 128            /* element inside element of XML */
#define LIMIT_XML_TEXT (64 * 1024ULL)  /* text of one element of XML that is kept */
#define LIMIT_ADVISORY_IDS 10000ULL    /* ids of one advisory */
#define LIMIT_ZIP_DIRECTORY (64 * MIB) /* the list of members of a zip archive */
#define LIMIT_FEED_DEPTH 64            /* folder inside folder of feeds */

/* What people and other programs hand over */
#define LIMIT_DECISIONS (32 * MIB)      /* a file of rules, or a VEX document */
#define LIMIT_VEX_STEPS 20000000ULL     /* of work with the groups of one VEX document */
#define LIMIT_VEX_STATEMENTS 1000000ULL /* of all VEX documents: vulnerability and product */
#define LIMIT_VEX_INSIDE                                                                           \
    5000000ULL                   /* packages that are looked through for VEX products in them      \
                                  */
#define LIMIT_BASELINE (1 * GIB) /* a report that is a baseline */

/* Bills of materials */
#define LIMIT_SBOM (512 * MIB)      /* a document, unpacked */
#define LIMIT_SBOM_EDGES 4000000ULL /* dependencies that it tells of */
#define LIMIT_SBOM_NOTES (96 * MIB) /* annotations and licences that stand apart */

/* Licences */
#define LIMIT_LICENSE_TERMS 2000ULL    /* licences and operators of one expression */
#define LIMIT_LICENSE_DEPTH 32ULL      /* parentheses inside parentheses of one */
#define LIMIT_LICENSE_POLICY (4 * MIB) /* a policy's file */

/* Ranges of versions */
#define LIMIT_RANGE (64 * 1024ULL)      /* the text of one */
#define LIMIT_RANGE_COMPARATORS 1024ULL /* comparators of one, and clauses */

/* Templates of reports */
#define LIMIT_TEMPLATE_DEPTH 32ULL     /* section inside section */
#define LIMIT_TEMPLATE_PARTS 100000ULL /* texts and tags of one template */

/* Configuration checks */
#define LIMIT_CHECK_FILE (4 * MIB)      /* a file that checks read */
#define LIMIT_CHECK_FINDINGS 10000ULL   /* findings of one file; the rest is counted */
#define LIMIT_CHECK_EVIDENCE 200ULL     /* of the words that a finding is about */
#define LIMIT_CHECK_FILES 100000ULL     /* files of one audit that are read */
#define LIMIT_CHECK_SAME 1000U          /* findings of one file that are told apart by number */
#define LIMIT_CHECK_IGNORES 1000ULL     /* comments of a manifest that ignore; more do not */
#define LIMIT_CHECK_OBJECTS 20000ULL    /* objects, pods, containers, services of a manifest */
#define LIMIT_CHECK_SERVICES 2000ULL    /* services of a Compose file */
#define LIMIT_CHECK_SERVICE_KEYS 200ULL /* keys of a service that others extend */
#define LIMIT_CHECK_EXTENDS 16ULL       /* service that extends a service of Compose */
#define LIMIT_CHECK_FOLDERS 64ULL       /* folder inside folder of an audit */
#define LIMIT_CHECK_BESIDE 200ULL       /* drop-ins of a unit */
#define LIMIT_CHECK_BESIDE_BYTES (256 * MIB) /* of files that others name, in one audit */
#define LIMIT_HADOLINT_WORDS 1000ULL         /* entries of each list of a .hadolint.yaml */
#define LIMIT_DOCKERFILE_STEPS 20000ULL      /* instructions of a Dockerfile */
#define LIMIT_DOCKERFILE_STAGES 1000ULL      /* stages of a Dockerfile */
#define LIMIT_DOCKERFILE_ANCESTORS 64ULL     /* stage on stage on stage */
#define LIMIT_DOCKERFILE_HEREDOCS 1000ULL    /* heredocs of one instruction */
#define LIMIT_DOCKERFILE_EXPANDED                                                                  \
    (16 * MIB) /* texts with their variables put in, of a Dockerfile */
#define LIMIT_DOCKERFILE_WORD (64 * 1024ULL) /* one such text */
#define LIMIT_DOCKERFILE_PATTERN 256ULL      /* pattern, and value, of ${NAME#pattern} */
#define LIMIT_SHELL_DEPTH 32ULL              /* command inside command of a shell script */
#define LIMIT_SHELL_COMMANDS 100000ULL       /* commands of a shell script */

/* Diagnostics of one report: the rest is counted */
#define LIMIT_DIAGNOSTICS 1000ULL
#define LIMIT_NAME(limit) #limit
