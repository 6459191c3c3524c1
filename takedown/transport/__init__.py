"""The one room with sockets: HTTP and SMTP, each telling exactly what is known of a sending."""
