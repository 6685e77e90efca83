"""Stand-ins for Alibaba Cloud SMS and the WeChat API: a process that the product never imports."""
