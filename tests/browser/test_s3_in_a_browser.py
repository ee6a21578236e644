"""A whole site whose files are in buckets (moto), and a browser that sends a large file straight there."""

import subprocess
import sys
from pathlib import Path

import boto3
import pytest
import requests
from playwright.sync_api import expect
from running_site import RunningSite, eventually, free_port

pytestmark = pytest.mark.slow
NAMES = ("files", "competition-data", "submissions", "predictions", "archives", "labels")


@pytest.fixture
def store(tmp_path):
    """Its address; every key opens everything."""
    url = f"http://127.0.0.1:{free_port()}"
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", url.rsplit(":", 1)[1]]
    with (tmp_path / "store.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)

    def answers() -> bool:
        try:
            return requests.get(f"{url}/moto-api/", timeout=2).ok
        except requests.RequestException:
            return False

    eventually(answers, "the store answers")
    yield url
    server.terminate()
    server.wait()


@pytest.fixture
def client(store):
    keys = {"aws_access_key_id": "operator", "aws_secret_access_key": "operator"}
    client = boto3.client("s3", endpoint_url=store, region_name="us-east-1", **keys)
    for name in NAMES:
        client.create_bucket(Bucket=f"holdout-{name}")
    return client


@pytest.fixture
def site_with_buckets(store, client, tmp_path):
    running = RunningSite(
        tmp_path / "var",
        HOLDOUT_S3_ENDPOINT=store,
        HOLDOUT_S3_ACCESS_KEY="site",
        HOLDOUT_S3_SECRET_KEY="site",
        HOLDOUT_S3_LABELS_ACCESS_KEY="labels",
        HOLDOUT_S3_LABELS_SECRET_KEY="labels",
        HOLDOUT_DIRECT_UPLOAD_ABOVE_MB="20",
        HOLDOUT_DIRECT_PART_MB="6",
    ).start()
    code = "from competitions.models import Competition; Competition.objects.update(max_upload_bytes=60_000_000)"
    running.manage("shell", "-v", "0", "-c", code)
    yield running
    running.stop()


def test_a_large_file_goes_from_the_browser_to_the_bucket_and_is_scored(
    chromium, site_with_buckets, store, client, tmp_path
):
    site = site_with_buckets
    head, *lines = site.sample().decode().splitlines()
    rows = [f"{line.split(',')[0]},{float(line.split(',')[1]):.1000f}" for line in lines]
    path = tmp_path / "large.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    parts = -(-path.stat().st_size // 6_000_000)
    (alice,) = site.participants("alice")
    context = chromium.new_context(base_url=site.url)
    context.add_cookies([{"name": "sessionid", "value": alice.http.cookies["sessionid"], "url": site.url}])
    page, put = context.new_page(), []
    page.on("request", lambda request: put.append(request) if request.method == "PUT" else None)
    page.goto("/competitions/goodreads/submit/")
    page.get_by_label("Prediction file").set_input_files(path)
    page.get_by_role("button", name="Upload and score").click()
    expect(page.locator("body")).to_contain_text("Public score", timeout=90_000)
    assert len(put) == parts
    for request in put:
        assert request.url.startswith(f"{store}/holdout-submissions/goodreads/")
        assert not {"cookie", "x-csrftoken", "authorization"} & set(request.headers)
    context.close()
    # Nothing is in folders, but what the scoring worker computes with; nothing is left over, and no address in any log.
    for folder in ("submissions", "predictions", "competition_data", "archives"):
        assert [found for found in (site.var / folder).rglob("*") if found.is_file()] == []
    assert not client.list_multipart_uploads(Bucket="holdout-submissions").get("Uploads")
    for log in [site.log, *(site.var / "logs").iterdir()]:
        assert "X-Amz-Signature" not in log.read_text()
    # These keys open the labels: so no model is run, and it is said why.
    look = "SELECT reason_it_is_off FROM submissions_modelsworker"
    assert "could read the label bucket" in str(eventually(lambda: site.value(look), "the models worker reports"))
