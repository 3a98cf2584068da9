/* Decisions:
 * - The artifact is the file's name before its version: Maven and Gradle name files so. The version
 *   is the file's, since OSGi rewrites Bundle-Version ("31.1.0.jre" for 31.1-jre); else
 *   Implementation-Version, Plugin-Version, Bundle-Version.
 * - A group is told only where it is one: by the table below (artifacts that are built without
 *   Maven, whose jars have no pom.properties); by Implementation-Vendor-Id, which Maven Archiver
 *   fills with the group; or by Bundle-SymbolicName and Automatic-Module-Name where the rule of the
 *   maven-bundle-plugin, turned around, has one answer. A name that ends with the artifact's own
 *   ("org.example.thing" for thing) can come of "org.example" and of "org.example.thing", so it
 * says nothing. Without a group no advisory is matched: a guess would cry wolf. */
#include "catalog/java_identity.h"

#include "base/path.h"

/* ---- the file's name ---- */

struct str jar_stem(struct str path)
{
    struct str base = path_base(path);
    size_t dot = str_last_index(base, '.');
    return dot == SIZE_MAX ? base : str_first(base, dot);
}

bool jar_stem_is(struct str stem, struct str artifact)
{
    return artifact.len && str_starts(stem, artifact) &&
           (stem.len == artifact.len || stem.data[artifact.len] == '-');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_with_digit(struct str text)
{
    return text.len && is_digit(text.data[0]);
}

/* "rc1", "M3", "SNAPSHOT": part of a version, not the beginning of another word. */
static bool is_qualifier(struct str word)
{
    static const char *const words[] = {
        "alpha",    "beta",    "rc",    "cr",       "m",       "milestone",  "snapshot",  "final",
        "ga",       "release", "sp",    "jre",      "android", "incubating", "b",         "pre",
        "preview",  "dev",     "ea",    "build",    "redhat",  "patch",      "p",         "r",
        "rev",      "v",       "u",     "stable",   "nightly", "security",   "atlassian", "fuse",
        "jbossorg", "hadoop2", "atlas", "cloudera", "cdh",     "hotfix",     "fix",       "test"};
    size_t len = 0;
    while (len < word.len && word.data[len] != '.' && word.data[len] != '-' &&
           !is_digit(word.data[len]))
        len++;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t at = 0;
        while (at < len && words[i][at] && (word.data[at] | 32) == words[i][at])
            at++;
        if (at == len && !words[i][at])
            return true;
    }
    return false;
}

static bool is_classifier(struct str word)
{
    static const char *const words[] = {
        "jakarta",           "shaded",  "all",    "exec", "boot", "standalone", "classes", "uber",
        "with-dependencies", "noshade", "nodeps", "osgi", "min"};
    static const char *const starts[] = {"linux", "windows", "osx",  "natives",
                                         "jdk",   "java",    "jar-", "native"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_is(word, words[i]))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (str_starts(word, str_of(starts[i])))
            return true;
    return false;
}

/* Where the version begins in "log4j-1.2-api-2.17.1": behind the last word that is not part of one.
 * SIZE_MAX: there is none. */
static size_t find_version(struct str stem)
{
    size_t start = SIZE_MAX;
    bool behind_word = true;
    for (size_t at = 0; at < stem.len;) {
        struct str word = str_first(str_from(stem, at), str_index(str_from(stem, at), '-'));
        if (starts_with_digit(word)) {
            if (at > 0 && (start == SIZE_MAX || behind_word))
                start = at;
            behind_word = false;
        } else if (!is_qualifier(word) && !is_classifier(word)) {
            behind_word = true;
        }
        at += word.len + 1;
    }
    return start;
}

/* What stands behind `version` and a '-'; false when it is something else. */
static bool version_is(struct str text, struct str version, struct str *ret_classifier)
{
    if (!starts_with_digit(version) || !str_starts(text, version))
        return false;
    *ret_classifier = str_from(text, version.len + 1);
    if (text.len == version.len)
        return true;
    return text.data[version.len] == '-' && !starts_with_digit(*ret_classifier) &&
           !is_qualifier(*ret_classifier);
}

void jar_split_stem(struct str stem, const struct jar_manifest *manifest,
                    struct jar_coordinates *ret, struct str *ret_classifier)
{
    size_t at = find_version(stem);
    struct str told = manifest ? manifest->version : STR_NONE;
    if (at != SIZE_MAX && starts_with_digit(told) && str_ends(stem, told) &&
        stem.data[stem.len - told.len - 1] == '-') /* "log4j-1.2-1.2.17" */
        at = stem.len - told.len;
    *ret_classifier = STR_NONE;
    *ret = (struct jar_coordinates){.artifact = str_first(stem, at == SIZE_MAX ? at : at - 1)};
    if (at == SIZE_MAX)
        return;
    ret->version = str_from(stem, at);
    if (manifest && (version_is(ret->version, manifest->version, ret_classifier) ||
                     version_is(ret->version, manifest->bundle_version, ret_classifier))) {
        ret->version = str_first(ret->version, ret->version.len - ret_classifier->len -
                                                   (ret_classifier->len != 0));
        return;
    }
    for (size_t i = 1; i < ret->version.len; i++)
        if (ret->version.data[i] == '-' && is_classifier(str_from(ret->version, i + 1))) {
            *ret_classifier = str_from(ret->version, i + 1);
            ret->version = str_first(ret->version, i);
        }
}

bool jar_is_documentation(struct str stem)
{
    static const char *const ends[] = {"-sources",      "-javadoc",      "-tests",     "-source",
                                       "-test-sources", "-test-javadoc", "-groovydoc", "-src"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(stem, str_of(ends[i])))
            return true;
    return false;
}

/* ---- groups ---- */

/* Artifacts whose jars have no Maven metadata (built by Gradle or Ant), or whose manifest names
 * them otherwise. A name that ends with '*' stands for all that begin so. Facts of Maven Central.
 */
static const struct {
    const char *artifact, *group;
    unsigned from, below; /* major version; below 0: all */
} groups[] = {
    {"spring-boot*", "org.springframework.boot", 0, 0},
    {"spring-security-oauth*", "org.springframework.security.oauth", 0, 0},
    {"spring-security-*", "org.springframework.security", 0, 0},
    {"spring-session-*", "org.springframework.session", 0, 0},
    {"spring-integration-*", "org.springframework.integration", 0, 0},
    {"spring-batch-*", "org.springframework.batch", 0, 0},
    {"spring-ws-*", "org.springframework.ws", 0, 0},
    {"spring-ldap-*", "org.springframework.ldap", 0, 0},
    {"spring-kafka", "org.springframework.kafka", 0, 0},
    {"spring-amqp", "org.springframework.amqp", 0, 0},
    {"spring-rabbit", "org.springframework.amqp", 0, 0},
    {"spring-graphql", "org.springframework.graphql", 0, 0},
    {"spring-core", "org.springframework", 0, 0},
    {"spring-beans", "org.springframework", 0, 0},
    {"spring-context", "org.springframework", 0, 0},
    {"spring-context-support", "org.springframework", 0, 0},
    {"spring-context-indexer", "org.springframework", 0, 0},
    {"spring-aop", "org.springframework", 0, 0},
    {"spring-aspects", "org.springframework", 0, 0},
    {"spring-expression", "org.springframework", 0, 0},
    {"spring-instrument", "org.springframework", 0, 0},
    {"spring-jcl", "org.springframework", 0, 0},
    {"spring-jdbc", "org.springframework", 0, 0},
    {"spring-jms", "org.springframework", 0, 0},
    {"spring-messaging", "org.springframework", 0, 0},
    {"spring-orm", "org.springframework", 0, 0},
    {"spring-oxm", "org.springframework", 0, 0},
    {"spring-r2dbc", "org.springframework", 0, 0},
    {"spring-test", "org.springframework", 0, 0},
    {"spring-tx", "org.springframework", 0, 0},
    {"spring-web", "org.springframework", 0, 0},
    {"spring-webflux", "org.springframework", 0, 0},
    {"spring-webmvc", "org.springframework", 0, 0},
    {"spring-webmvc-portlet", "org.springframework", 0, 0},
    {"spring-websocket", "org.springframework", 0, 0},
    {"tomcat-embed-*", "org.apache.tomcat.embed", 0, 0},
    {"tomcat-*", "org.apache.tomcat", 0, 0},
    {"bcprov-*", "org.bouncycastle", 0, 0},
    {"bcpkix-*", "org.bouncycastle", 0, 0},
    {"bcpg-*", "org.bouncycastle", 0, 0},
    {"bcmail-*", "org.bouncycastle", 0, 0},
    {"bctls-*", "org.bouncycastle", 0, 0},
    {"bcutil-*", "org.bouncycastle", 0, 0},
    {"bc-fips", "org.bouncycastle", 0, 0},
    {"kotlin-stdlib*", "org.jetbrains.kotlin", 0, 0},
    {"kotlin-reflect", "org.jetbrains.kotlin", 0, 0},
    {"okhttp", "com.squareup.okhttp3", 3, 0},
    {"okhttp", "com.squareup.okhttp", 0, 3},
    {"okio", "com.squareup.okio", 0, 0},
    {"okio-jvm", "com.squareup.okio", 0, 0},
    {"retrofit", "com.squareup.retrofit2", 2, 0},
    {"groovy*", "org.apache.groovy", 4, 0},
    {"groovy*", "org.codehaus.groovy", 0, 4},
    {"lucene-*", "org.apache.lucene", 0, 0},
    {"solr-core", "org.apache.solr", 0, 0},
    {"solr-solrj", "org.apache.solr", 0, 0},
    {"elasticsearch", "org.elasticsearch", 0, 0},
    {"elasticsearch-rest-*", "org.elasticsearch.client", 0, 0},
    {"opensearch", "org.opensearch", 0, 0},
    {"kafka-clients", "org.apache.kafka", 0, 0},
    {"kafka_2.*", "org.apache.kafka", 0, 0},
    {"connect-runtime", "org.apache.kafka", 0, 0},
    {"micrometer-*", "io.micrometer", 0, 0},
    {"reactor-core", "io.projectreactor", 0, 0},
    {"reactor-netty*", "io.projectreactor.netty", 1, 0},
    {"grpc-*", "io.grpc", 0, 0},
    {"hibernate-core", "org.hibernate.orm", 6, 0},
    {"hibernate-core", "org.hibernate", 0, 6},
    {"hibernate-validator", "org.hibernate.validator", 6, 0},
    {"hibernate-validator", "org.hibernate", 0, 6},
    {"graphql-java", "com.graphql-java", 0, 0},
    {"rxjava", "io.reactivex.rxjava3", 3, 0},
    {"rxjava", "io.reactivex.rxjava2", 2, 3},
    {"rxjava", "io.reactivex", 0, 2},
    {"h2", "com.h2database", 0, 0},
    {"hsqldb", "org.hsqldb", 0, 0},
    {"postgresql", "org.postgresql", 9, 0},
    {"mysql-connector-java", "mysql", 0, 0},
    {"mysql-connector-j", "com.mysql", 0, 0},
    {"mariadb-java-client", "org.mariadb.jdbc", 0, 0},
    {"derby", "org.apache.derby", 0, 0},
    {"ojdbc*", "com.oracle.database.jdbc", 0, 0},
    {"ant", "org.apache.ant", 0, 0},
    {"ant-*", "org.apache.ant", 0, 0},
    {"ivy", "org.apache.ivy", 0, 0},
    {"jna", "net.java.dev.jna", 0, 0},
    {"jna-platform", "net.java.dev.jna", 0, 0},
    {"xercesImpl", "xerces", 0, 0},
    {"xalan", "xalan", 0, 0},
    {"serializer", "xalan", 0, 0},
    {"dom4j", "org.dom4j", 2, 0},
    {"dom4j", "dom4j", 0, 2},
    {"jdom2", "org.jdom", 0, 0},
    {"jdom", "org.jdom", 1, 2},
    {"c3p0", "com.mchange", 0, 0},
    {"rhino", "org.mozilla", 0, 0},
    {"asm", "org.ow2.asm", 4, 0},
    {"asm-*", "org.ow2.asm", 4, 0},
    {"cglib", "cglib", 0, 0},
    {"cglib-nodep", "cglib", 0, 0},
    {"antlr4-runtime", "org.antlr", 0, 0},
    {"commons-beanutils", "commons-beanutils", 0, 20040101},
    {"commons-codec", "commons-codec", 0, 20040101},
    {"commons-collections", "commons-collections", 0, 20040101},
    {"commons-configuration", "commons-configuration", 0, 20040101},
    {"commons-fileupload", "commons-fileupload", 0, 20040101},
    {"commons-httpclient", "commons-httpclient", 0, 20040101},
    {"commons-io", "commons-io", 0, 20030203},
    {"commons-lang", "commons-lang", 0, 20030203},
    {"commons-logging", "commons-logging", 0, 0},
    {"commons-net", "commons-net", 0, 20030101},
    {"jackson-core-asl", "org.codehaus.jackson", 0, 0},
    {"jackson-mapper-asl", "org.codehaus.jackson", 0, 0},
    {"log4j", "log4j", 0, 2},
    {"hazelcast", "com.hazelcast", 0, 0},
    {"itextpdf", "com.itextpdf", 0, 0},
    {"poi", "org.apache.poi", 0, 0},
    {"poi-*", "org.apache.poi", 0, 0},
    {"xmlbeans", "org.apache.xmlbeans", 0, 0},
    {"jruby-complete", "org.jruby", 0, 0},
    {"jython-standalone", "org.python", 0, 0},
    {"jython", "org.python", 0, 0},
    {"testng", "org.testng", 0, 0},
    {"bsh", "org.apache-extras.beanshell", 2, 0},
    {"ktor-*", "io.ktor", 0, 0},
    {"opentelemetry-*", "io.opentelemetry", 0, 0},
    {"wiremock*", "com.github.tomakehurst", 0, 3},
    {"wiremock*", "org.wiremock", 3, 0},
    {"vertx-*", "io.vertx", 0, 0},
    {"ehcache", "org.ehcache", 3, 0},
    {"ehcache", "net.sf.ehcache", 0, 3},
    {"json", "org.json", 20000000, 0},
    {"guava", "com.google.guava", 10, 0},
    {"gson", "com.google.code.gson", 0, 0},
    {"protobuf-java*", "com.google.protobuf", 0, 0},
    {"snakeyaml", "org.yaml", 0, 0},
    {"jsoup", "org.jsoup", 0, 0},
    {"velocity", "org.apache.velocity", 0, 0},
    {"freemarker", "org.freemarker", 0, 0},
    {"xstream", "com.thoughtworks.xstream", 0, 0},
    {"joda-time", "joda-time", 0, 0},
};

static unsigned major_of(struct str version)
{
    unsigned major = 0;
    for (size_t i = 0; i < version.len && is_digit(version.data[i]) && i < 9; i++)
        major = major * 10 + (unsigned)(version.data[i] - '0');
    return major;
}

static struct str group_of(struct str artifact, struct str version)
{
    unsigned major = major_of(version);
    for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
        struct str name = str_of(groups[i].artifact);
        bool open = str_ends(name, STR("*"));
        if (open ? !str_starts(artifact, str_first(name, name.len - 1))
                 : !str_equal(artifact, name))
            continue;
        if (major >= groups[i].from && (!groups[i].below || major < groups[i].below))
            return str_of(groups[i].group);
    }
    return STR_NONE;
}

/* "org.example.things": at least two parts of letters, digits and dashes. */
static bool is_group(struct str text)
{
    bool dotted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool inner = i && i + 1 < text.len && text.data[i - 1] != '.';
        if (c == '.' && inner)
            dotted = true;
        else if (!((c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '-'))
            return false;
    }
    return dotted;
}

/* maven-bundle-plugin, "Default Behavior", Bundle-SymbolicName: the group and the artifact; where
 * the artifact begins with the group's last part, without that one. */
static struct str group_of_bundle(struct str name, struct str artifact)
{
    struct str group = STR_NONE;
    if (artifact.len && name.len > artifact.len + 1 && str_ends(name, artifact) &&
        name.data[name.len - artifact.len - 1] == '.') {
        group = str_first(name, name.len - artifact.len - 1);
        /* One of "org.example" and "org.example.thing": which, cannot be told. */
        bool ambiguous = str_index(artifact, '-') == SIZE_MAX;
        return !ambiguous && is_group(group) ? group : STR_NONE;
    }
    for (size_t dash = 1; dash + 1 < artifact.len; dash++) {
        if (artifact.data[dash] != '-')
            continue;
        struct str first = str_first(artifact, dash), rest = str_from(artifact, dash + 1);
        if (name.len <= rest.len + 1 || !str_ends(name, rest) ||
            name.data[name.len - rest.len - 1] != '.')
            continue;
        group = str_first(name, name.len - rest.len - 1);
        if (str_equal(str_from(group, str_last_index(group, '.') + 1), first) && is_group(group))
            return group;
    }
    return STR_NONE;
}

static struct str find_group(const struct jar_coordinates *jar, const struct jar_manifest *manifest)
{
    struct str group = group_of(jar->artifact, jar->version);
    if (!group.len && is_group(manifest->vendor_id))
        group = manifest->vendor_id;
    if (!group.len)
        group = group_of_bundle(manifest->symbolic_name, jar->artifact);
    if (!group.len)
        group = group_of_bundle(manifest->module_name, jar->artifact);
    return group;
}

/* ---- both ---- */

/* The first word, where it is one of a version. */
static struct str version_of(struct str text)
{
    text = str_trim(text);
    text = str_first(text, str_index(text, ' '));
    return starts_with_digit(text) && str_find(text, STR("$")) == SIZE_MAX ? text : STR_NONE;
}

static bool identify_plugin(const struct jar_manifest *manifest, struct jar_coordinates *ret)
{
    if (!manifest->short_name.len || !manifest->plugin_version.len)
        return false;
    ret->artifact = manifest->short_name;
    ret->version = version_of(manifest->plugin_version);
    ret->group = manifest->group_id.len ? manifest->group_id : STR("org.jenkins-ci.plugins");
    return ret->version.len;
}

/* Tomcat's own distribution has its jars under short names ("catalina.jar"). */
static void identify_tomcat(const struct jar_manifest *manifest, struct jar_coordinates *jar)
{
    static const char vendor[] = "org.apache.";
    if (str_starts(manifest->symbolic_name, STR("org.apache.tomcat-")))
        jar->artifact = str_from(manifest->symbolic_name, sizeof(vendor) - 1);
}

void jar_identify(struct str stem, const struct jar_manifest *manifest, struct jar_coordinates *ret)
{
    struct str classifier;
    if (identify_plugin(manifest, ret))
        return;
    jar_split_stem(stem, manifest, ret, &classifier);
    const struct str others[] = {manifest->version, manifest->bundle_version,
                                 manifest->specification_version};
    for (size_t i = 0; i < ARRAY_LEN(others) && !ret->version.len; i++)
        ret->version = version_of(others[i]);
    identify_tomcat(manifest, ret);
    ret->group = find_group(ret, manifest);
    /* Java's own runtime is no package of Maven's. */
    if (str_is(manifest->title, "Java Runtime Environment"))
        *ret = (struct jar_coordinates){0};
}
