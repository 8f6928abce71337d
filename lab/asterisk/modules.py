"""The modules to load. An explicit list starts three times faster than autoload."""

from __future__ import annotations

SIP = """
res_pjproject res_pjsip res_pjsip_session res_pjsip_sdp_rtp res_pjsip_registrar
res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user
res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest res_pjsip_caller_id
res_pjsip_nat res_pjsip_refer res_pjsip_dtmf_info res_pjsip_rfc3326 res_pjsip_pubsub
res_pjsip_outbound_publish res_pjsip_exten_state res_pjsip_dialog_info_body_generator
res_pjsip_pidf_body_generator res_pjsip_diversion res_pjsip_transport_websocket
res_pjsip_dlg_options res_pjsip_acl res_pjsip_header_funcs res_pjsip_logger
res_pjsip_outbound_registration res_pjsip_path chan_pjsip
"""
MEDIA = """
res_timing_timerfd res_timing_pthread res_crypto res_srtp res_rtp_asterisk res_http_websocket
res_musiconhold res_format_attr_opus bridge_simple bridge_native_rtp bridge_holding bridge_softmix
bridge_builtin_features bridge_builtin_interval_features codec_ulaw codec_alaw codec_a_mu codec_gsm
codec_resample format_gsm format_wav format_pcm
"""
DIALPLAN = """
pbx_config app_dial app_queue app_mixmonitor app_echo app_playback app_stack app_userevent
app_originate app_directed_pickup app_bridgewait app_transfer app_verbose app_milliwatt app_chanspy
func_callerid func_channel func_strings func_logic func_timeout func_cdr func_db func_global
func_devstate func_uuid func_dialplan res_speech res_agi res_curl func_curl func_cut func_uri
"""
STORE = "res_sorcery_config res_sorcery_memory res_sorcery_astdb res_manager_devicestate"
ARI = """
res_stasis res_stasis_answer res_stasis_device_state res_stasis_playback res_stasis_recording
res_stasis_snoop res_ari res_ari_model res_ari_applications res_ari_asterisk res_ari_bridges
res_ari_channels res_ari_device_states res_ari_endpoints res_ari_events res_ari_playbacks
res_ari_recordings res_ari_sounds res_websocket_client app_stasis
"""


def names() -> list[str]:
    """In the order in which they are loaded."""
    return " ".join((STORE, MEDIA, SIP, DIALPLAN, ARI)).split()
