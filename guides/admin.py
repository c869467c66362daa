from django.contrib import admin

from guides.models import Guide, Page


@admin.register(Guide)
class GuideAdmin(admin.ModelAdmin):
    list_display = ["title", "group", "order", "reviewed_on", "is_published"]
    list_filter = ["group", "is_published"]
    search_fields = ["title", "summary", "body"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(Page)
class PageAdmin(admin.ModelAdmin):
    list_display = ["title", "slug", "version", "updated_at"]
    search_fields = ["title", "body"]
