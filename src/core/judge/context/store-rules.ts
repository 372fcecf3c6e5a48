/**
 * Holds the rules that tell databases, caches and queues, as data; `role-rules.ts` has the others.
 * In: nothing. Out: a table.
 * **Source**: as of `role-rules.ts`.
 */
import type { RoleName } from "./workload-context.ts";

export interface RoleRule {
  readonly role: RoleName;
  /** What people call it. */
  readonly product: string;
  /** Base names of programs, without versions. */
  readonly programs?: string;
  /** Parts of paths of files that only it has: jars, modules. */
  readonly files?: RegExp;
  readonly ports?: readonly number[];
  /** Base names of images, or their beginning up to a dash. */
  readonly images?: string;
  /** Packages that only it brings along, by the name in the SBOM. */
  readonly packages?: string;
}

export const storeRules: readonly RoleRule[] = [
  // Databases
  {
    role: "database",
    product: "PostgreSQL",
    programs: "postgres postmaster pgbouncer pgpool patroni pg_autoctl",
    ports: [5432, 6432],
    images: "postgres postgresql pgbouncer pgpool timescaledb postgis spilo cloudnative-pg",
  },
  {
    role: "database",
    product: "MySQL or MariaDB",
    programs: "mysqld mariadbd mysqld_safe mariadbd-safe ndbd proxysql mysqlrouter garbd",
    ports: [3306, 33060, 6033],
    images: "mysql mariadb percona percona-server percona-xtradb-cluster proxysql",
  },
  {
    role: "database",
    product: "MongoDB",
    programs: "mongod mongos ferretdb",
    ports: [27017, 27018, 27019],
    images: "mongo mongodb percona-server-mongodb ferretdb",
  },
  {
    role: "database",
    product: "SQL Server",
    programs: "sqlservr launch_sqlservr.sh",
    ports: [1433],
    images: "mssql mssql-server azure-sql-edge",
  },
  {
    role: "database",
    product: "Oracle Database",
    programs: "oracle tnslsnr ora_pmon",
    ports: [1521, 1522],
    images: "oracle-xe oracle-free database-free",
  },
  {
    role: "database",
    product: "Cassandra or ScyllaDB",
    programs: "cassandra scylla",
    files: /\/apache-cassandra-[\d.]+[^/]*\.jar$/,
    ports: [9042, 9160, 7000],
    images: "cassandra scylla dse-server k8ssandra",
  },
  {
    role: "database",
    product: "Elasticsearch or OpenSearch",
    programs: "elasticsearch opensearch opensearch-docker-entrypoint.sh",
    files: /\/(?:elasticsearch|opensearch)-(?:core-)?\d[\d.]*\.jar$/,
    ports: [9200, 9300],
    images: "elasticsearch opensearch elasticsearch-oss",
  },
  {
    role: "database",
    product: "Solr",
    programs: "solr",
    files: /\/solr-core-\d[\d.]*\.jar$/,
    ports: [8983],
    images: "solr",
  },
  {
    role: "database",
    product: "ClickHouse",
    programs: "clickhouse clickhouse-server clickhouse-keeper",
    ports: [8123, 9000, 9009],
    images: "clickhouse clickhouse-server",
  },
  {
    role: "database",
    product: "CockroachDB, TiDB or YugabyteDB",
    programs: "cockroach tidb-server tikv-server pd-server yb-tserver yb-master",
    ports: [26257, 4000, 20160, 5433],
    images: "cockroach cockroachdb tidb tikv yugabyte",
  },
  {
    role: "database",
    product: "etcd",
    programs: "etcd",
    ports: [2379, 2380],
    images: "etcd",
  },
  {
    role: "database",
    product: "InfluxDB",
    programs: "influxd influxdb3",
    ports: [8086],
    images: "influxdb",
  },
  {
    role: "database",
    product: "Neo4j",
    programs: "neo4j",
    files: /\/neo4j-(?:server|kernel|community)-\d[\w.]*\.jar$/,
    ports: [7687, 7474],
    images: "neo4j",
  },
  {
    role: "database",
    product: "a database",
    programs:
      "couchdb rethinkdb arangod arangodb dgraph surreal questdb crate virtuoso-t firebird " +
      "fbserver db2sysc hdbindexserver meilisearch typesense-server weaviate qdrant milvus " +
      "taosd foundationdb fdbserver manticore searchd ravendb Raven.Server immudb duckdb " +
      "trino-server presto-server rqlited",
    files:
      /\/(?:hbase-server|trino-main|presto-main|druid-server|h2database|derbynet)-\d[\w.]*\.jar$/,
    ports: [5984, 28015, 8529, 8000, 50000, 7700, 6333, 19530],
    images:
      "couchdb rethinkdb arangodb dgraph surrealdb questdb crate firebird db2 meilisearch " +
      "typesense weaviate qdrant milvus ravendb hbase trino druid zookeeper",
  },
  // Caches. The checking tools are the server's own binary, which goes by any of its names.
  {
    role: "cache",
    product: "Redis, Valkey or KeyDB",
    programs:
      "redis-server redis-sentinel redis-check-rdb redis-check-aof valkey-server " +
      "valkey-sentinel valkey-check-rdb valkey-check-aof keydb-server dragonfly garnet " +
      "GarnetServer kvrocks twemproxy nutcracker",
    ports: [6379, 6380, 26379, 16379],
    images: "redis valkey keydb dragonfly garnet redis-stack redis-sentinel redis-cluster",
  },
  {
    role: "cache",
    product: "Memcached",
    programs: "memcached mcrouter",
    ports: [11211],
    images: "memcached mcrouter",
  },
  {
    role: "cache",
    product: "Varnish or Squid",
    programs: "varnishd squid trafficserver traffic_server traffic_manager",
    ports: [6081, 6082, 3128],
    images: "varnish squid trafficserver",
  },
  {
    role: "cache",
    product: "a data grid",
    files: /\/(?:hazelcast|infinispan-server-runtime|ignite-core|geode-core)-\d[\w.]*\.jar$/,
    ports: [5701, 11222, 10800, 40404],
    images: "hazelcast infinispan ignite geode",
  },
  // Queues
  {
    role: "queue",
    product: "Kafka or Redpanda",
    programs: "redpanda kafka-server-start.sh kafka-server-start",
    files: /\/kafka_\d[\d.]*-\d[\w.]*\.jar$/,
    ports: [9092, 9093, 9094, 29092],
    images: "kafka cp-kafka redpanda cp-server strimzi-kafka kafka-native",
  },
  {
    role: "queue",
    product: "RabbitMQ",
    programs: "rabbitmq-server",
    files: /\/rabbit(?:_common)?-\d[\d.]*\//,
    ports: [5672, 5671, 15672, 25672],
    images: "rabbitmq",
  },
  {
    role: "queue",
    product: "NATS",
    programs: "nats-server nats-streaming-server gnatsd",
    ports: [4222, 6222],
    images: "nats nats-streaming nats-server",
  },
  {
    role: "queue",
    product: "Pulsar or BookKeeper",
    programs: "pulsar bookkeeper",
    files: /\/(?:[\w.]*-?pulsar-broker|bookkeeper-server)-\d[\w.]*\.jar$/,
    ports: [6650, 3181],
    images: "pulsar pulsar-all bookkeeper",
  },
  {
    role: "queue",
    product: "ActiveMQ",
    programs: "activemq artemis",
    files: /\/(?:activemq-broker|artemis-server)-\d[\w.]*\.jar$/,
    ports: [61616, 61613],
    images: "activemq activemq-classic activemq-artemis artemis",
  },
  {
    role: "queue",
    product: "an MQTT broker",
    programs: "mosquitto emqx vernemq hivemq nanomq",
    ports: [1883, 8883],
    images: "eclipse-mosquitto mosquitto emqx vernemq hivemq",
  },
  {
    role: "queue",
    product: "a message queue",
    programs: "nsqd nsqlookupd beanstalkd gearmand temporal-server rocketmq amqsrv zmqd",
    files: /\/(?:rocketmq-broker|zookeeper)-\d[\w.]*\.jar$/,
    ports: [4150, 4161, 11300, 4730, 7233, 10911, 2181],
    images: "nsq beanstalkd gearmand temporal rocketmq ibm-mq",
  },
];
