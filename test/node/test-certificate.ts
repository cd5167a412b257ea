/** A self-signed certificate for `photos.example`, valid until 2120. Its key is public and protects nothing but tests. */

export const certifiedName = 'photos.example'

export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNTA+ano5vtq0wZSm
55Bey/RDv/t8E0iVALczguGf1/yhRANCAASqp2acMxeZhPAiXcecBbbH44PAdoQm
ultJcjvvbxUmtqtBLjQkv6U1HqjP6dokeq6aTOHpuKSWGlLc+tkBzWSQ
-----END PRIVATE KEY-----
`

export const cert = `-----BEGIN CERTIFICATE-----
MIIBhzCCAS6gAwIBAgIBATAKBggqhkjOPQQDAjAlMSMwIQYDVQQDDBpQdWJsaXNo
ZXIgdGVzdCBjZXJ0aWZpY2F0ZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw
MDAwMFowJTEjMCEGA1UEAwwaUHVibGlzaGVyIHRlc3QgY2VydGlmaWNhdGUwWTAT
BgcqhkjOPQIBBggqhkjOPQMBBwNCAASqp2acMxeZhPAiXcecBbbH44PAdoQmultJ
cjvvbxUmtqtBLjQkv6U1HqjP6dokeq6aTOHpuKSWGlLc+tkBzWSQo00wSzAZBgNV
HREEEjAQgg5waG90b3MuZXhhbXBsZTAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQW
BBQElCUPb+0gj7OA89EoNT7iaZMc3TAKBggqhkjOPQQDAgNHADBEAiBxVu7x5l2d
gOV9/YI3sTzK7ty1KrQT0lO21zrFBmeyHwIgPHd2+ij6RtRCWGJIgvn1LAelrMB7
v/LNBjZ1XCmnxeQ=
-----END CERTIFICATE-----
`
