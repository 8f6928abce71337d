from __future__ import annotations

from django.urls import path

from callcard.staff.sign_in import lock_views, own_views, terms_views, views

urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/second", views.second_step, name="sign-in-second"),
    path("sign-in/passkey/ask", views.passkey_asked, name="sign-in-passkey-ask"),
    path("sign-in/passkey", views.passkey_signed, name="sign-in-passkey"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("me/sign-in", own_views.own_sign_in, name="own-sign-in"),
    path("me/sign-in/first", own_views.second_step_first, name="second-step-first"),
    path("me/sign-in/codes", own_views.codes, name="codes"),
    path("me/sign-in/passkey/ask", own_views.passkey_asked, name="own-passkey-ask"),
    path("me/sign-in/passkey", own_views.passkey_made, name="own-passkey"),
    path("me/sign-in/steps/<int:pk>/remove", own_views.step_remove, name="own-step-remove"),
    path("me/sign-in/recovery-codes", own_views.recovery_codes, name="recovery-codes"),
    path("me/sign-in/sessions/<int:pk>/end", own_views.session_end, name="own-session-end"),
    path("me/sign-in/sessions/end", own_views.sessions_end, name="own-sessions-end"),
    path("me/password/judge", own_views.judge_password, name="judge-password"),
    path("me/lock", lock_views.lock, name="lock"),
    path("locked", lock_views.locked, name="locked"),
    path("me/unlock", lock_views.unlock, name="unlock"),
    path("me/unlock/passkey", lock_views.unlock_by_passkey, name="unlock-passkey"),
    path("settings/sign-in", terms_views.sign_in_window, name="sign-in-settings"),
    path("settings/roles/<int:pk>/sign-in", terms_views.role_terms, name="role-terms"),
    path("settings/people/<int:pk>/sign-in", terms_views.person_sign_in, name="person-sign-in"),
    path("settings/people/<int:pk>/sessions/end", terms_views.person_sessions_end, name="person-sessions-end"),
    path("settings/people/<int:pk>/second-steps/remove", terms_views.person_steps_remove, name="person-steps-remove"),
    path("me/prove", own_views.prove, name="prove"),
    path("me/prove/passkey/ask", own_views.passkey_to_prove, name="prove-passkey-ask"),
    path("me/prove/passkey", own_views.passkey_proves, name="prove-passkey"),
]
