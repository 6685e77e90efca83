"""Every problem's code with what happened and what to do. A test holds this list against the refusals in the code."""

PROBLEMS: dict[str, tuple[str, str]] = {
    "bad_request": ("请求无法识别", "请检查请求格式后重试。"),
    "invalid": ("填写的内容有误", "请按提示修改后再提交。"),
    "unauthenticated": ("请先登录", "登录已失效或尚未登录，请重新登录。"),
    "forbidden": ("没有权限", "您的账号不能进行此操作，如有需要请联系管理员。"),
    "not_found": ("没有找到", "内容不存在，或您无权查看。"),
    "method_not_allowed": ("不支持此操作", "该地址不支持这种请求方式。"),
    "not_acceptable": ("无法提供所需格式", "请改用 JSON 格式。"),
    "body_too_large": ("内容过大", "请缩小文件或减少内容后重试。"),
    "address_too_long": ("地址过长", "请缩短查询条件。"),
    "unsupported_media_type": ("内容格式不支持", "请检查 Content-Type。"),
    "headers_too_large": ("请求头过大", "请减少请求头后重试。"),
    "http_error": ("请求未能完成", "请稍后重试。"),
    "internal_error": ("系统出错了", "问题已记录，请稍后重试；急事请直接联系值班人员。"),
    "database_unavailable": ("系统暂时繁忙", "数据没有丢失，请几秒后重试。"),
    "provider_unavailable": ("外部服务暂时没有响应", "请稍后重试。"),
    "bad_cursor": ("翻页标记无效", "请从第一页重新加载。"),
    "idempotency_key_required": ("缺少幂等键", "请在请求头 Idempotency-Key 中提供一个唯一值。"),
    "idempotency_key_malformed": ("幂等键格式不对", "请使用 8 到 64 位字母、数字、下划线或短横线。"),
    "idempotency_key_reused": ("幂等键已用于另一个请求", "请为新的请求生成新的幂等键。"),
}
