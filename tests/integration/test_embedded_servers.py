def test_x(servers, settings):
    assert servers.postgres.sql("select 1").strip() == "1"
