/**
 * Holds the rules that tell what a workload is, as data: which programs, files, ports, images and
 * packages speak for which role.
 * In: nothing. Out: tables that `judge-roles.ts` applies.
 * **Source**: the programs, jars and default ports that the projects document, and how Debian, Red
 * Hat and Alpine name the programs. A name of an image alone never says more than "low".
 */
import { type RoleRule, storeRules } from "./store-rules.ts";
import type { RoleName } from "./workload-context.ts";

export const roleRules: readonly RoleRule[] = [
  ...storeRules,
  // Web servers and proxies
  {
    role: "web-server",
    product: "a web server",
    programs:
      "nginx nginx-debug openresty tengine angie httpd apache2 httpd-prefork httpd.worker " +
      "lighttpd caddy h2o hiawatha cherokee thttpd mini_httpd webfs static-web-server sws lsws " +
      "litespeed openlitespeed boa",
    ports: [80, 443, 8080, 8443],
    images:
      "nginx httpd apache caddy lighttpd openresty nginx-unprivileged angie static-web-server",
  },
  {
    role: "web-server",
    product: "Tomcat, Jetty or another Java server",
    programs: "catalina.sh jetty.sh standalone.sh",
    files: /\/(?:catalina|tomcat-coyote|jetty-server-\d[\w.]*|wildfly-server-\d[\w.]*)\.jar$/,
    ports: [8080, 8443, 8009, 9990],
    images: "tomcat jetty wildfly tomee payara open-liberty websphere-liberty",
  },
  {
    role: "proxy",
    product: "a proxy",
    programs:
      "haproxy envoy traefik pingora pound hitch nghttpx sozu skipper kong contour " +
      "linkerd2-proxy linkerd-proxy pilot-agent docker-proxy rootlessport slirp4netns pasta " +
      "oauth2-proxy gost tinyproxy privoxy dante sockd microsocks 3proxy stunnel stunnel4 " +
      "ghostunnel socat cloudflared frps frpc ngrok nginx-ingress-controller nginx-ingress " +
      "consul-envoy gobetween seesaw krakend tyk gateway-proxy zuul ambassador easegress " +
      "apisix kube-rbac-proxy cloud_sql_proxy cloud-sql-proxy mitmproxy",
    ports: [80, 443, 8080, 8443, 1080, 8888, 15001, 15006, 10000],
    images:
      "haproxy envoy traefik kong contour ingress-nginx nginx-ingress-controller oauth2-proxy " +
      "proxyv2 cloudflared apisix krakend tyk-gateway skipper kube-rbac-proxy linkerd2-proxy " +
      "nginx-proxy nginx-proxy-manager envoy-gateway haproxy-ingress",
  },
  // Application runtimes: they need to be called to be an API
  {
    role: "api",
    product: "an application server",
    programs:
      "gunicorn uvicorn hypercorn daphne waitress-serve uwsgi granian puma unicorn thin falcon " +
      "passenger php-fpm frankenphp roadrunner swoole starman plackup pm2 pm2-runtime " +
      "next-server ts-node elixir kestrel",
    packages:
      "gunicorn uvicorn hypercorn daphne waitress uwsgi granian puma unicorn express fastify " +
      "koa @nestjs/core @hapi/hapi spring-boot spring-webmvc tomcat-embed-core undertow-core " +
      "netty-codec-http quarkus-core micronaut-http-server jetty-server helidon-webserver " +
      "flask fastapi django starlette aiohttp tornado rails sinatra rack laravel/framework " +
      "symfony/http-kernel slim/slim actix-web axum hyper rocket",
  },
  // Monitoring and logging
  {
    role: "monitoring",
    product: "monitoring",
    programs:
      "prometheus alertmanager grafana grafana-server node_exporter blackbox_exporter " +
      "kube-state-metrics metrics-server cadvisor thanos mimir cortex victoria-metrics vmagent " +
      "vminsert vmselect vmstorage vmalert telegraf collectd datadog-agent trace-agent " +
      "process-agent netdata zabbix_server zabbix_agentd zabbix_agent2 zabbix_proxy nagios " +
      "icinga2 checkmk statsd carbon-cache graphite otelcol otelcol-contrib " +
      "opentelemetry-collector jaeger-all-in-one jaeger-agent jaeger-collector jaeger-query " +
      "tempo zipkin pushgateway newrelic-infra dynatrace oneagentwatchdog snmp_exporter " +
      "postgres_exporter redis_exporter mysqld_exporter nginx-prometheus-exporter apm-server " +
      "metricbeat beyla pyroscope parca falco tetragon kubescape prometheus-config-reloader " +
      "prometheus-operator uptime-kuma",
    ports: [9090, 9091, 9093, 9100, 9115, 3000, 8125, 8126, 4317, 4318, 10050, 10051, 16686, 9411],
    images:
      "prometheus alertmanager grafana node-exporter blackbox-exporter kube-state-metrics " +
      "metrics-server cadvisor thanos mimir victoria-metrics vmagent telegraf collectd " +
      "datadog-agent netdata zabbix-server nagios icinga2 statsd graphite " +
      "opentelemetry-collector opentelemetry-collector-contrib jaeger tempo zipkin pushgateway " +
      "newrelic-infra oneagent postgres-exporter redis-exporter tetragon falco uptime-kuma",
  },
  {
    role: "logging",
    product: "logging",
    programs:
      "fluentd fluent-bit vector logstash filebeat promtail loki rsyslogd syslog-ng graylog " +
      "graylogctl journalbeat auditbeat packetbeat winlogbeat splunkd kibana alloy " +
      "grafana-agent opensearch-dashboards vlogs victoria-logs quickwit",
    files: /\/(?:logstash-core|graylog)[\w-]*\.jar$/,
    ports: [24224, 5044, 9880, 514, 601, 3100, 12201, 8088, 9997, 5601],
    images:
      "fluentd fluent-bit vector logstash filebeat promtail loki rsyslog syslog-ng graylog " +
      "splunk splunk-forwarder kibana alloy fluentd-kubernetes-daemonset opensearch-dashboards",
  },
  // CI and build
  {
    role: "ci",
    product: "continuous integration",
    programs:
      "gitlab-runner gitlab-runner-helper Runner.Listener Runner.Worker drone " +
      "drone-runner-docker woodpecker-server woodpecker-agent concourse buildkite-agent " +
      "teamcity act_runner tkn tekton-pipelines-controller argocd argocd-server " +
      "argocd-application-controller argocd-repo-server flux source-controller " +
      "kustomize-controller helm-controller atlantis circleci-agent go-server go-agent " +
      "spinnaker workflow-controller argoexec renovate",
    files: /\/(?:jenkins|agent|remoting|jenkins-core-\d[\w.]*)\.(?:war|jar)$/,
    ports: [50000, 8111, 9000],
    images:
      "jenkins gitlab-runner actions-runner drone woodpecker-server woodpecker-agent concourse " +
      "buildkite-agent teamcity-server teamcity-agent act_runner argocd source-controller " +
      "atlantis inbound-agent gocd-server gocd-agent argoexec gitlab-ce gitlab-ee",
  },
  {
    role: "build",
    product: "image builds",
    files: /^\/kaniko\/executor$/,
    programs:
      "buildkitd buildkit-runc kaniko buildah podman dockerd docker makisu bazel jib earthly " +
      "nerdctl",
    ports: [2375, 2376, 1234],
    images: "buildkit kaniko executor buildah podman docker dind bazel earthly",
  },
  // Storage
  {
    role: "storage",
    product: "object or file storage",
    programs:
      "minio ceph-mon ceph-osd ceph-mgr ceph-mds radosgw rpc.nfsd rpc.mountd ganesha.nfsd nfsd " +
      "glusterfsd glusterd weed garage rook longhorn longhorn-manager smbd samba vsftpd " +
      "proftpd pure-ftpd sftpgo registry harbor_core harbor_registryctl zot distribution " +
      "velero restic-server nextcloud seafile-server seaf-server openebs iscsid tgtd rclone " +
      "swift-object-server dex-storage gitea forgejo gogs verdaccio pypiserver chartmuseum " +
      "juicefs lakefs azurite",
    files: /\/(?:nexus-bootstrap|artifactory[\w-]*|hadoop-hdfs)-\d[\w.-]*\.jar$/,
    ports: [9000, 2049, 445, 139, 21, 5000, 6789, 3300, 24007, 8333, 9001, 3260, 8081],
    images:
      "minio ceph nfs-server nfs-ganesha glusterfs seaweedfs garage longhorn-manager samba " +
      "vsftpd proftpd sftp sftpgo registry harbor-core zot velero nextcloud seafile nexus3 " +
      "artifactory gitea forgejo verdaccio chartmuseum localstack hadoop",
  },
  // Names
  {
    role: "dns",
    product: "name service",
    programs:
      "coredns kube-dns named unbound dnsmasq pdns_server pdns_recursor knotd kresd nsd " +
      "pihole-FTL AdGuardHome systemd-resolved dnsdist dnscrypt-proxy external-dns node-cache " +
      "stubby avahi-daemon",
    ports: [53, 853, 5353],
    images:
      "coredns kube-dns bind9 bind unbound dnsmasq pdns-auth pdns-recursor pihole adguardhome " +
      "external-dns k8s-dns-node-cache knot",
  },
  // Identity and secrets
  {
    role: "identity",
    product: "identity",
    programs:
      "slapd dex authelia authentik hydra kratos keto zitadel krb5kdc kadmind ns-slapd ipa " +
      "glauth lldap casdoor logto radiusd freeradius sssd pomerium teleport gotrue fusionauth",
    files: /keycloak-(?:services|server[\w-]*|model-jpa)-\d[\w.]*\.jar$|\/cas-server-core-\d/,
    ports: [389, 636, 88, 5556, 9091, 1812, 3268],
    images:
      "keycloak openldap dex authelia authentik hydra kratos zitadel glauth lldap freeipa " +
      "freeradius 389ds gotrue fusionauth-app pomerium",
  },
  {
    role: "secrets",
    product: "secrets",
    programs:
      "vault bao openbao conjur infisical external-secrets secrets-store-csi-driver " +
      "cert-manager cert-manager-controller step-ca cfssl connect-api " +
      "sealed-secrets-controller vault-agent vault-k8s spire-server spire-agent vaultwarden " +
      "bitwarden",
    ports: [8200, 8201, 8888, 9443],
    images:
      "vault openbao conjur infisical external-secrets sealed-secrets-controller step-ca " +
      "cert-manager-controller spire-server vaultwarden connect-api vault-k8s",
  },
  // Tools for people
  {
    role: "admin-tool",
    product: "an administration tool",
    programs:
      "sshd dropbear dashboard portainer pgadmin4 rancher octant headlamp headlamp-server k9s " +
      "ttyd wetty gotty code-server jupyter jupyter-lab jupyter-notebook jupyterhub webmin " +
      "miniserv.pl cockpit-ws guacd tailscaled wireguard wg openvpn shellinaboxd Xvnc xrdp " +
      "in.telnetd telnetd filebrowser adminer mongo-express redis-commander akhq cloudbeaver",
    files: /\/(?:phpmyadmin|phpMyAdmin|adminer)(?:[-/.]|$)/,
    ports: [22, 2222, 9443, 8888, 7681, 10000, 3389, 5900, 23],
    images:
      "phpmyadmin adminer dashboard kubernetes-dashboard portainer portainer-ce pgadmin4 " +
      "rancher headlamp ttyd code-server jupyter openssh-server sshd guacamole mongo-express " +
      "redis-commander cloudbeaver toolbox netshoot debug kubectl bastion webmin filebrowser " +
      "akhq",
  },
  {
    role: "control-plane",
    product: "part of the cluster itself",
    programs:
      "kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy " +
      "cloud-controller-manager k3s k3s-server rke2 k0s microk8s containerd crio cri-dockerd " +
      "calico-node felix calico-kube-controllers typha cilium-agent cilium-operator " +
      "cilium-operator-generic flanneld weaver antrea-agent ovnkube kube-router " +
      "pilot-discovery karpenter cluster-autoscaler operator-sdk descheduler " +
      "konnectivity-server aws-k8s-agent kyverno gatekeeper node-problem-detector " +
      "csi-provisioner csi-attacher livenessprobe csi-node-driver-registrar aws-ebs-csi-driver " +
      "multus metallb-speaker consul nomad",
    ports: [6443, 10250, 10257, 10259, 10256, 8472, 9345, 8300, 4646],
    images:
      "kube-apiserver kube-controller-manager kube-scheduler kube-proxy " +
      "cloud-controller-manager k3s rke2 calico cilium flannel kube-router karpenter " +
      "cluster-autoscaler kyverno gatekeeper csi-provisioner aws-ebs-csi-driver multus-cni " +
      "consul nomad typha",
  },
  // Workers
  {
    role: "worker",
    product: "a worker",
    programs: "celery rq dramatiq huey arq sidekiq resque delayed_job faktory bull",
    packages: "celery rq dramatiq huey arq sidekiq resque bullmq bull",
    images: "worker celery sidekiq",
  },
  {
    role: "batch",
    product: "a scheduler of jobs",
    programs: "cron crond supercronic go-cron ofelia anacron atd airflow dagster luigi",
    images: "supercronic ofelia airflow",
  },
];

/** Runtimes that run programs of people: listening, and called, they are an API. */
export const applicationRuntimes: ReadonlySet<string> = new Set(
  (
    "node nodejs deno bun python pypy java ruby jruby truffleruby php php-fpm php-cgi perl " +
    "dotnet mono beam.smp erl elixir lua luajit R Rscript julia racket guile sbcl swipl tclsh " +
    "wish scala kotlin groovy clojure"
  ).split(" "),
);

/** Programs that do nothing that anybody could use. */
export const idlePrograms: ReadonlySet<string> = new Set(
  (
    "sh bash dash ash zsh ksh busybox sleep tail cat pause true yes tini tini-static dumb-init " +
    "catatonit init runit s6-svscan entrypoint.sh docker-entrypoint.sh env coreutils hostname " +
    "uname id whoami date echo mkdir chmod chown ls test printf expr seq mkfifo read mount " +
    "stty tput locale basename dirname readlink touch ln rm cp mv sed grep awk mawk gawk cut " +
    "head tr wc sort nproc getent"
  ).split(" "),
);

/** Ports of what answers requests itself: nothing passes through them on to a further workload. */
export const storePorts: ReadonlySet<number> = new Set(
  roleRules
    .filter(({ role }) => ["database", "cache", "queue", "dns", "logging"].includes(role))
    .flatMap(({ ports = [] }) => ports)
    .filter((port) => ![3000, 4000, 5000, 8000, 8081, 8088, 9000, 50000].includes(port)),
);

/** A place worth an attacker's while, the most sensitive first. */
export const sensitiveRoles: readonly RoleName[] = [
  "control-plane",
  "secrets",
  "identity",
  "ci",
  "database",
  "storage",
  "admin-tool",
  "queue",
  "cache",
];
