"""Compose files as people write them today, deployed as two stacks of one set of files."""

from __future__ import annotations

from runs import done


def env_of(service):
    return dict(item.partition("=")[::2] for item in service["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"])


def test_each_environment_has_its_own_variables(cluster):
    common = {"WORKERS": "2", "RAW": '"kept # as it is"'}
    assert env_of(cluster.service("dev_web")) == {
        **common,
        "STAGE": "DEV",
        "GREETING": "Hello, DEV",
        "DEBUG": "true",
    }
    assert env_of(cluster.service("stage_web")) == {**common, "STAGE": "STAGE", "GREETING": "Hello, STAGE"}


def test_later_files_and_profiles_make_the_difference(cluster):
    names = {
        stack: [item["Spec"]["Name"] for item in cluster.of_stack(stack)["services"]] for stack in ("dev", "stage")
    }
    assert sorted(names["dev"]) == ["dev_store", "dev_web"]
    assert sorted(names["stage"]) == ["stage_debug", "stage_store", "stage_web"]
    assert len(cluster.running("dev_web")) == 1
    assert len(cluster.running("stage_web")) == 2


def test_an_included_project_has_its_own_variables(cluster):
    assert env_of(cluster.service("dev_store")) == {"NAME": "beside-the-included-file"}


def test_content_of_configs_and_secrets_reaches_the_containers(cluster):
    assert cluster.inside("dev_web", "cat /etc/motd") == "Welcome to DEV"
    assert cluster.inside("stage_web", "cat /etc/motd") == "Welcome to STAGE"
    assert cluster.inside("dev_web", "cat /run/secrets/token") == "not-a-real-token-of-dev"
    assert cluster.inside("stage_web", "cat /run/secrets/token") == "not-a-real-token-of-stage"


def test_what_is_written_as_people_write_it_arrives(cluster):
    task = cluster.service("dev_web")["Spec"]["TaskTemplate"]
    assert task["Resources"]["Limits"]["NanoCPUs"] == 250_000_000
    assert task["ContainerSpec"]["Mounts"] == [
        {"Type": "tmpfs", "Target": "/run", "TmpfsOptions": {"SizeBytes": 1 << 20}}
    ]
    assert task["ContainerSpec"]["Configs"][0]["File"]["Mode"] == 0o440


def test_the_name_in_the_file_is_the_stacks_where_none_is_given(stack, cluster):
    stack.write({"name": stack.name, "services": {"web": {"image": "registry:5000/box:1", **QUICK}}})
    options = stack.options()
    del options["name"]
    assert done("stack", options)["changed"]
    assert cluster.service(f"{stack.name}_web")


def test_what_swarm_can_and_the_cli_has_no_word_for(stack, cluster):
    web = {"image": "registry:5000/box:1", **QUICK, "group_add": [999], "dns_opt": ["ndots:2"], "networks": ["n"]}
    pool = {"subnet": "10.77.0.0/24", "gateway": "10.77.0.9"}
    stack.write({"services": {"web": web}, "networks": {"n": {"ipam": {"config": [pool]}}}})
    assert stack.deploy()["changed"]
    container = cluster.service(f"{stack.name}_web")["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert container["Groups"] == ["999"]
    assert container["DNSConfig"]["Options"] == ["ndots:2"]
    (network,) = cluster.of_stack(stack.name)["networks"]
    assert network["IPAM"]["Config"] == [{"Subnet": "10.77.0.0/24", "Gateway": "10.77.0.9"}]
    assert not stack.deploy()["changed"]
    assert not stack.deploy(check=True)["changed"]


def test_what_swarm_cannot_do_follows_the_choice(stack, cluster):
    stack.write({"services": {"web": {"image": "registry:5000/box:1", "privileged": True, "gpus": "all", **QUICK}}})
    message = stack.refused(unsupported="error")
    assert "service web: privileged: has no effect in a swarm: use cap_add" in message
    assert "service web: gpus: has no effect in a swarm: use deploy.resources.reservations" in message
    assert cluster.of_stack(stack.name)["services"] == []
    assert stack.deploy(unsupported="ignore")["changed"]
    assert not stack.deploy(unsupported="warn")["changed"]


def test_what_the_engine_is_too_old_for_follows_the_choice(stack, cluster):
    web = {"image": "registry:5000/box:1", **QUICK, "volumes": [IMAGE_MOUNT]}
    stack.write({"services": {"web": web}})
    assert "needs Engine API 1.48; this engine speaks 1.45" in stack.refused()
    assert cluster.of_stack(stack.name)["services"] == []


QUICK = {"stop_grace_period": "1s", "deploy": {"endpoint_mode": "dnsrr", "update_config": {"monitor": "1s"}}}
IMAGE_MOUNT = {"type": "image", "source": "registry:5000/box:2", "target": "/box"}
