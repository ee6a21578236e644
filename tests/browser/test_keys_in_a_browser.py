"""A passkey from the first click to signing in with it, in a real browser with a key made of software."""

from running_site import eventually

PASSWORD = "a fine password"


def plug_in_a_key(page):
    """The browser has a key of its own from now on, which says yes to everything."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def test_a_passkey_is_made_with_the_keyboard_and_signs_in_without_the_password(site, visit):
    (gwen,) = site.participants("keys-gwen")
    page = visit(gwen.http.cookies["sessionid"])
    plug_in_a_key(page)
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Add a key").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    assert page.get_by_label("A passkey").is_checked()
    page.get_by_role("button", name="Add").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Unused codes").wait_for()
    page.goto("/accounts/2fa/webauthn/")
    assert page.locator("[data-key]").count() == 1
    assert "passkey" in page.locator("[data-key]").inner_text()

    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{site.url}/")
    page.goto("/account/")
    assert "keys-gwen" in page.get_by_role("heading", level=1).inner_text()


def test_a_key_that_the_browser_does_not_find_is_told_on_the_page(site, visit):
    page = visit()
    devtools, key = plug_in_a_key(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    problem = page.locator("#key-problem")
    eventually(problem.is_visible, "the page says that there is no key")
    assert "Try again, or use another way." in problem.inner_text()
    page.get_by_label("Username or e-mail address").fill("nobody")
    assert page.url.endswith("/accounts/login/")
